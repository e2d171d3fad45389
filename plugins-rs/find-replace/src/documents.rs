//! Searching documents: in full the first time, then only what was changed since the time before, as
//! long as the same is looked for.

use std::cell::RefCell;

use blocks::{Changed, Kept, Source};

use crate::index::Index;
use crate::search::{Query, Search};
use crate::tenon::plugin::text::{self, ChangedRange, Document, Snapshot};

struct Searched {
    version: u64,
    query: Query,
    index: Index,
}

thread_local! {
    static SEARCHED: RefCell<Kept<Searched>> = const { RefCell::new(Kept::new(4)) };
}

/// Uses the index of a document's occurrences, brought up to date.
pub fn with_index<T>(
    document: &Document,
    snapshot: &Snapshot,
    query: Query,
    search: &Search,
    using: impl FnOnce(&Index) -> Result<T, text::Error>,
) -> Result<T, text::Error> {
    let uri = document.uri();
    let kept = SEARCHED.with_borrow_mut(|searched| searched.take(&uri));
    let mut index = kept
        .filter(|kept| kept.query == query)
        .and_then(|kept| follow(kept, snapshot))
        .unwrap_or_else(|| Index::new(snapshot.size(), search));
    index.refresh(snapshot, search)?;
    let result = using(&index);
    let searched = Searched { version: snapshot.version(), query, index };
    SEARCHED.with_borrow_mut(|kept| kept.put(uri, searched));
    result
}

/// What is still true of a version that was searched before; None where the host knows no more.
fn follow(kept: Searched, snapshot: &Snapshot) -> Option<Index> {
    let changes = snapshot.changed_since(kept.version)?;
    let mut index = kept.index;
    index.change(changes.into_iter().map(Changed::from).collect());
    Some(index)
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
