//! Follows a document's changes: a text as a row of blocks, each with what a plugin made of it. After a
//! change only the blocks that it touched are read again. Knows nothing of plugins.

mod blocks;
mod cut;
mod kept;
mod reader;

pub use blocks::{Blocks, Changed, Place};
pub use cut::{Cut, Feeds, Lines, Sentences};
pub use kept::Kept;
pub use reader::{Limits, ReadError, Reader, Source};
