use std::marker::PhantomData;
use std::ops::Range;

use crate::Cut;
use crate::reader::{Limits, ReadError, Reader, Source};

/// A range of an earlier version, and what is in its place now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub before: Range<u32>,
    pub after: Range<u32>,
}

/// Where a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub start: u32,
    /// Whether the text ends with it.
    pub last: bool,
}

/// A text as a row of blocks, divided at cuts. There is at least one.
pub struct Blocks<S, C> {
    list: Vec<Block<S>>,
    limits: Limits,
    cut: PhantomData<C>,
}

struct Block<S> {
    size: u32,
    /// None: to be read, and divided where it is long.
    made: Option<S>,
}

impl<S, C: Cut> Blocks<S, C> {
    /// Nothing of it read yet.
    pub fn new(size: u32, limits: Limits) -> Self {
        Self { list: vec![Block { size, made: None }], limits, cut: PhantomData }
    }

    pub fn count(&self) -> usize {
        self.list.len()
    }

    pub fn size(&self, index: usize) -> u32 {
        self.list[index].size
    }

    /// Of a block that was read, what was made of it.
    pub fn made(&self, index: usize) -> Option<&S> {
        self.list[index].made.as_ref()
    }

    pub fn made_mut(&mut self, index: usize) -> Option<&mut S> {
        self.list[index].made.as_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = &S> {
        self.list.iter().filter_map(|block| block.made.as_ref())
    }

    pub fn set(&mut self, index: usize, made: S) {
        self.list[index].made = Some(made);
    }

    /// Forgets what was made of every block that a change touched, or whose cuts it may have undone.
    /// Changes are sorted and do not touch.
    pub fn change(&mut self, changes: &[Changed]) {
        let mut list: Vec<Block<S>> = Vec::with_capacity(self.list.len());
        let mut rest = changes;
        let mut counted = 0;
        let mut run: Option<i64> = None;
        let mut start = 0;
        for block in self.list.drain(..) {
            let end = start + block.size;
            let past = rest.iter().take_while(|change| change.before.end + C::BEFORE < start);
            let passed = past.count();
            rest = &rest[passed..];
            if rest.first().is_some_and(|change| change.before.start <= end + C::AFTER) {
                let here = changes[counted..].iter();
                let mut size = run.unwrap_or(0) + i64::from(block.size);
                for change in here.take_while(|change| change.before.start <= end + C::AFTER) {
                    size += change.after.len() as i64 - change.before.len() as i64;
                    counted += 1;
                }
                run = Some(size);
            } else {
                if let Some(size) = run.take() {
                    list.push(Block { size: size as u32, made: None });
                }
                list.push(block);
            }
            start = end;
        }
        if let Some(size) = run {
            list.push(Block { size: size as u32, made: None });
        }
        self.list = joined(list, self.limits.block as u32 / 4);
    }

    /// The text of the first block of what is still to be read at `index`, which becomes a block of its
    /// own there.
    pub fn divide<'r, Src: Source>(
        &mut self,
        index: usize,
        start: u32,
        reader: &'r mut Reader<'_, Src, C>,
    ) -> Result<&'r str, ReadError<Src::Error>> {
        let size = self.list[index].size;
        let text = reader.block(start, start + size)?;
        let rest = size - text.len() as u32;
        if rest > 0 {
            self.list[index].size = text.len() as u32;
            self.list.insert(index + 1, Block { size: rest, made: None });
        }
        Ok(text)
    }

    /// Reads what is to be read, and has something made of it.
    pub fn refresh<Src: Source>(
        &mut self,
        source: &Src,
        mut make: impl FnMut(&str, Place) -> S,
    ) -> Result<(), ReadError<Src::Error>> {
        let mut reader = Reader::new(source, self.limits);
        let mut start = 0;
        let mut index = 0;
        while index < self.list.len() {
            if self.list[index].made.is_none() {
                let text = self.divide(index, start, &mut reader)?;
                let last = index + 1 == self.list.len();
                self.list[index].made = Some(make(text, Place { start, last }));
            }
            start += self.list[index].size;
            index += 1;
        }
        Ok(())
    }
}

/// Has those that are to be read take up a neighbour where they are short, so that blocks do not
/// become ever shorter.
fn joined<S>(list: Vec<Block<S>>, short: u32) -> Vec<Block<S>> {
    let is_short = |block: &Block<S>| block.made.is_none() && block.size < short;
    let mut joined: Vec<Block<S>> = Vec::with_capacity(list.len());
    for block in list {
        match joined.last_mut() {
            Some(last) if is_short(last) => last.size += block.size,
            _ => joined.push(block),
        }
    }
    if joined.len() > 1 && joined.last().is_some_and(is_short) {
        let size = joined.pop().map_or(0, |block| block.size);
        if let Some(last) = joined.last_mut() {
            last.size += size;
            last.made = None;
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lines, Sentences};

    struct Text<'t>(&'t str, std::cell::Cell<u32>);

    impl Source for Text<'_> {
        type Error = ();

        fn size(&self) -> u32 {
            self.0.len() as u32
        }

        fn read(&self, start: u32, most: u32) -> Result<String, ()> {
            let mut end = (start + most).min(self.size()) as usize;
            while !self.0.is_char_boundary(end) {
                end -= 1;
            }
            self.1.set(self.1.get() + end as u32 - start);
            Ok(self.0[start as usize..end].to_owned())
        }
    }

    const LIMITS: Limits = Limits { piece: 16, block: 8, longest: 1000 };

    /// Brings the blocks up to date, and answers how many bytes that read.
    fn refresh<C: Cut>(blocks: &mut Blocks<String, C>, text: &str) -> u32 {
        let source = Text(text, 0.into());
        blocks.refresh(&source, |text, _| text.to_owned()).unwrap();
        let parts: Vec<&str> = blocks.iter().map(String::as_str).collect();
        assert_eq!(parts.concat(), text);
        let mut at = 0;
        for part in &parts[..parts.len() - 1] {
            at += part.len();
            assert_eq!(C::find(text, at), Some(at), "a cut at {at} of {text:?}");
        }
        source.1.get()
    }

    fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        }
    }

    fn follow<C: Cut>() {
        for seed in 0..300 {
            let mut random = numbers(seed);
            let mut any = |count: usize| -> String {
                (0..count).map(|_| ["a", ". ", "B", "\r", "\n", "€", "? C"][random(7)]).collect()
            };
            let mut text = any(60);
            let mut blocks: Blocks<String, C> = Blocks::new(text.len() as u32, LIMITS);
            refresh(&mut blocks, &text);
            let mut random = numbers(seed + 1000);
            for _ in 0..30 {
                let mut changes: Vec<Changed> = Vec::new();
                let mut next = String::new();
                let mut kept = 0;
                for _ in 0..1 + random(3) {
                    let mut start = kept + random(text.len() - kept + 1);
                    let mut end = (start + random(12)).min(text.len());
                    while !text.is_char_boundary(start) {
                        start += 1;
                    }
                    while !text.is_char_boundary(end) {
                        end += 1;
                    }
                    if end < start || kept > 0 && start <= kept {
                        continue;
                    }
                    let insert = any(random(4));
                    next.push_str(&text[kept..start]);
                    let from = next.len() as u32;
                    next.push_str(&insert);
                    let after = from..next.len() as u32;
                    changes.push(Changed { before: start as u32..end as u32, after });
                    kept = end;
                }
                next.push_str(&text[kept..]);
                text = next;
                blocks.change(&changes);
                refresh(&mut blocks, &text);
            }
        }
    }

    #[test]
    fn blocks_follow_any_change() {
        follow::<Lines>();
        follow::<Sentences>();
    }

    #[test]
    fn only_what_a_change_touched_is_read() {
        let line = "one line\n";
        let mut text = line.repeat(1000);
        let mut blocks: Blocks<String, Lines> = Blocks::new(text.len() as u32, LIMITS);
        assert_eq!(refresh(&mut blocks, &text), 9000);
        text.insert_str(4502, "more ");
        blocks.change(&[Changed { before: 4502..4502, after: 4502..4507 }]);
        assert_eq!(refresh(&mut blocks, &text), 14);
        assert_eq!(refresh(&mut blocks, &text), 0);
    }

    #[test]
    fn blocks_do_not_become_ever_shorter() {
        let mut text = "one line\n".repeat(1000);
        let mut blocks: Blocks<String, Lines> = Blocks::new(text.len() as u32, LIMITS);
        refresh(&mut blocks, &text);
        for start in (0..991 * 8).step_by(8).rev() {
            text.replace_range(start..start + 8, "");
            let at = start as u32;
            blocks.change(&[Changed { before: at..at + 8, after: at..at }]);
            refresh(&mut blocks, &text);
        }
        assert!(blocks.count() * 4 < text.len().max(32), "{} of {}", blocks.count(), text.len());
    }

    #[test]
    fn what_has_no_cut_is_refused() {
        let text = "x".repeat(5000);
        let mut blocks: Blocks<(), Lines> = Blocks::new(5000, LIMITS);
        let refused = blocks.refresh(&Text(&text, 0.into()), |_, _| ());
        assert_eq!(refused, Err(ReadError::TooLong(1000)));
    }
}
