//! Painting documents: what was parsed before is kept, and of what was changed since only that is read.

use std::cell::RefCell;

use blocks::{Changed, Kept, Source};

use crate::brush::Format;
use crate::coloured::{Coloured, Problem};
use crate::paint;
use crate::tenon::plugin::text::{self, ChangedRange, Document, Snapshot};

struct Parsed {
    version: u64,
    coloured: Coloured,
}

thread_local! {
    static PARSED: RefCell<Kept<Parsed>> = const { RefCell::new(Kept::new(8)) };
}

/// The name of the language, and the painted lines.
pub fn paint(
    document: &Document,
    language: &str,
    format: Format,
    first: usize,
    lines: usize,
) -> Result<(&'static str, String), Problem<text::Error>> {
    let uri = document.uri();
    let snapshot = document.snapshot();
    let first_line = || snapshot.read(0, 1024).unwrap_or_default();
    let grammar =
        paint::grammar(Some(language), || first_line().lines().next().unwrap_or("").to_owned());
    let kept = PARSED.with_borrow_mut(|parsed| parsed.take(&uri));
    let mut coloured = kept
        .filter(|kept| kept.coloured.is_in(grammar))
        .and_then(|kept| follow(kept, &snapshot))
        .unwrap_or_else(|| Coloured::new(grammar, snapshot.size()));
    let painted = coloured.paint(&snapshot, format, first, lines);
    // What could not be painted was parsed all the same.
    let parsed = Parsed { version: snapshot.version(), coloured };
    PARSED.with_borrow_mut(|kept| kept.put(uri, parsed));
    Ok((&grammar.name, painted?))
}

/// What is still true of a version that was parsed before; None where the host knows no more.
fn follow(kept: Parsed, snapshot: &Snapshot) -> Option<Coloured> {
    let changes = snapshot.changed_since(kept.version)?;
    let mut coloured = kept.coloured;
    coloured.change(&changes.into_iter().map(Changed::from).collect::<Vec<_>>());
    Some(coloured)
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
