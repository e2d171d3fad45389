use std::marker::PhantomData;

use crate::Cut;

/// A text at one version.
pub trait Source {
    type Error;

    /// In UTF-8 bytes.
    fn size(&self) -> u32;

    /// What fits into `most` bytes from `start` on without splitting a character.
    fn read(&self, start: u32, most: u32) -> Result<String, Self::Error>;
}

#[derive(Debug, PartialEq, Eq)]
pub enum ReadError<E> {
    Source(E),
    /// More than this many bytes without a place to cut.
    TooLong(usize),
}

/// Reads blocks one after the other, in pieces, and nothing twice.
pub struct Reader<'s, Src, C> {
    source: &'s Src,
    limits: Limits,
    /// What was read from `start` on.
    text: String,
    start: u32,
    cut: PhantomData<C>,
}

#[derive(Clone, Copy)]
pub struct Limits {
    /// How much is read at once, in bytes.
    pub piece: u32,
    /// How long a block is made, where there is a place to cut.
    pub block: usize,
    /// How long it may become where there is none.
    pub longest: usize,
}

impl<'s, Src: Source, C: Cut> Reader<'s, Src, C> {
    pub fn new(source: &'s Src, limits: Limits) -> Self {
        Self { source, limits, text: String::new(), start: 0, cut: PhantomData }
    }

    /// The first block of `[start, end)`: up to a cut, or all of it.
    pub fn block(&mut self, start: u32, end: u32) -> Result<&str, ReadError<Src::Error>> {
        self.seek(start);
        let all = (end - start) as usize;
        let mut from = self.limits.block;
        loop {
            let known = self.text.len().min(all);
            if let Some(at) = C::find(&self.text[..known], from) {
                return Ok(&self.text[..at]);
            }
            if known == all {
                return Ok(&self.text[..all]);
            }
            if known > self.limits.longest {
                return Err(ReadError::TooLong(self.limits.longest));
            }
            // What the last piece ended with may have been the start of a cut.
            from = from.max(known.saturating_sub(1));
            self.more(end)?;
        }
    }

    /// All of `[start, end)`.
    pub fn whole(&mut self, start: u32, end: u32) -> Result<&str, ReadError<Src::Error>> {
        self.seek(start);
        while self.text.len() < (end - start) as usize {
            self.more(end)?;
        }
        Ok(&self.text[..(end - start) as usize])
    }

    /// Forgets what is before `start`.
    fn seek(&mut self, start: u32) {
        let known = self.start..=self.start + self.text.len() as u32;
        if known.contains(&start) {
            self.text.drain(..(start - self.start) as usize);
        } else {
            self.text.clear();
        }
        self.start = start;
    }

    fn more(&mut self, end: u32) -> Result<(), ReadError<Src::Error>> {
        let at = self.start + self.text.len() as u32;
        let piece = self.source.read(at, self.limits.piece.min(end - at));
        let piece = piece.map_err(ReadError::Source)?;
        assert!(!piece.is_empty(), "there is more to read");
        self.text.push_str(&piece);
        Ok(())
    }
}
