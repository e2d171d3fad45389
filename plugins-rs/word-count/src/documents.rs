//! Counting documents: in full the first time, then only what was changed since the time before.

use std::cell::RefCell;

use blocks::{Blocks, Changed, Kept, Limits, ReadError, Sentences, Source};

use crate::count::{self, Counts, Part};
use crate::tenon::plugin::text::{self, ChangedRange, Document, Snapshot};

struct Counted {
    version: u64,
    parts: Blocks<Part, Sentences>,
}

thread_local! {
    static COUNTED: RefCell<Kept<Counted>> = const { RefCell::new(Kept::new(16)) };
}

/// Short blocks: an edit has at most about three of them counted again.
const LIMITS: Limits = Limits { piece: 64 * 1024, block: 2048, longest: 4 * 1024 * 1024 };

pub fn count(document: &Document) -> Result<Counts, String> {
    let uri = document.uri();
    let snapshot = document.snapshot();
    let kept = COUNTED.with_borrow_mut(|counted| counted.take(&uri));
    let mut parts = kept.and_then(|kept| follow(kept, &snapshot)).unwrap_or_else(|| {
        let size = snapshot.size();
        Blocks::new(size, LIMITS)
    });
    parts.refresh(&snapshot, |text, _| Part::of(text)).map_err(|error| match error {
        ReadError::Source(error) => format!("the document cannot be read: {error}"),
        ReadError::TooLong(most) => format!("a sentence has more than {most} bytes"),
    })?;
    let counts = count::total(parts.iter());
    let version = snapshot.version();
    COUNTED.with_borrow_mut(|counted| counted.put(uri, Counted { version, parts }));
    Ok(counts)
}

/// What is still true of a version that was counted before; None where the host knows no more.
fn follow(kept: Counted, snapshot: &Snapshot) -> Option<Blocks<Part, Sentences>> {
    let changes = snapshot.changed_since(kept.version)?;
    let mut parts = kept.parts;
    parts.change(&changes.into_iter().map(Changed::from).collect::<Vec<_>>());
    Some(parts)
}

impl Source for Snapshot {
    type Error = text::Error;

    fn size(&self) -> u32 {
        Snapshot::size(self)
    }

    fn read(&self, start: u32, most: u32) -> Result<String, text::Error> {
        Snapshot::read(self, start, most)
    }
}

impl From<ChangedRange> for Changed {
    fn from(ChangedRange { before, after }: ChangedRange) -> Self {
        Self { before: before.start..before.end, after: after.start..after.end }
    }
}
