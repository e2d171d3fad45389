//! The occurrences in a text that changes. Knows nothing of plugins.

use blocks::{Blocks, Changed, Limits, Lines, ReadError, Reader, Source};

use crate::search::{LinesOf, Match, Replacement, Search, TooMuch};

/// Where occurrences keep to lines, those of every few lines are kept by themselves. Elsewhere an
/// occurrence may begin anywhere and reach across anything: then it is the text that is kept.
pub enum Index {
    Lines(Blocks<Part, Lines>),
    Whole(Whole),
}

pub struct Part {
    count: usize,
    line_breaks: usize,
    /// None: too far on in the text to be asked for.
    matches: Option<Vec<Match>>,
}

/// How many occurrences can be asked for.
pub const MOST_MATCHES: usize = 10_000;

const LIMITS: Limits = Limits { piece: 256 * 1024, block: 4096, longest: usize::MAX };

impl Index {
    /// Of a text so long, of which nothing was read yet.
    pub fn new(size: u32, search: &Search) -> Self {
        if search.keeps_to_lines() {
            Self::Lines(Blocks::new(size, LIMITS))
        } else {
            Self::Whole(Whole {
                text: String::new(),
                changes: vec![Changed { before: 0..0, after: 0..size }],
            })
        }
    }

    /// Forgets what is not true any more.
    pub fn change(&mut self, changes: Vec<Changed>) {
        match self {
            Self::Lines(blocks) => blocks.change(&changes),
            Self::Whole(whole) => whole.changes = changes,
        }
    }

    /// Reads and searches what has changed. Needed before anything is asked.
    pub fn refresh<Src: Source>(
        &mut self,
        source: &Src,
        search: &Search,
    ) -> Result<(), Src::Error> {
        match self {
            Self::Lines(blocks) => refresh(blocks, source, search),
            Self::Whole(whole) => whole.refresh(source),
        }
    }

    /// How many occurrences there are, and the first `limit` of them.
    pub fn first(&self, search: &Search, limit: usize) -> (usize, Vec<Match>) {
        let blocks = match self {
            Self::Lines(blocks) => blocks,
            Self::Whole(whole) => return search.find(&whole.text, limit),
        };
        let mut all = 0;
        let mut first = Vec::new();
        let mut start = 0;
        let mut lines = 0;
        for (index, part) in blocks.iter().enumerate() {
            let wanted = limit - first.len();
            first.extend(part.matches.iter().flatten().take(wanted).map(|found| Match {
                start: start + found.start,
                end: start + found.end,
                line: lines + found.line,
                column: found.column,
                text: found.text.clone(),
            }));
            all += part.count;
            lines += part.line_breaks;
            start += blocks.size(index) as usize;
        }
        (all, first)
    }

    /// What to do to replace every occurrence, in order of place. Reads only where there is one.
    pub fn replace<Src: Source>(
        &self,
        source: &Src,
        search: &Search,
        replacement: &str,
    ) -> Result<Result<Vec<Replacement>, TooMuch>, Src::Error> {
        let blocks = match self {
            Self::Lines(blocks) => blocks,
            Self::Whole(whole) => return Ok(search.replace(&whole.text, replacement)),
        };
        let mut reader: Reader<Src, Lines> = Reader::new(source, LIMITS);
        let mut all = Vec::new();
        let mut inserted = 0;
        let mut start = 0;
        for (index, part) in blocks.iter().enumerate() {
            let end = start + blocks.size(index);
            if part.count > 0 {
                let text = reader.whole(start, end).map_err(unlimited)?;
                let lines = LinesOf { text, first: start == 0, last: index + 1 == blocks.count() };
                match search.replace_in(&lines, replacement, &mut inserted) {
                    Ok(made) => all.extend(made.into_iter().map(|made| made.moved(start as usize))),
                    Err(too_much) => return Ok(Err(too_much)),
                }
            }
            start = end;
        }
        Ok(Ok(all))
    }
}

fn refresh<Src: Source>(
    blocks: &mut Blocks<Part, Lines>,
    source: &Src,
    search: &Search,
) -> Result<(), Src::Error> {
    let mut kept = 0;
    let read = blocks.refresh(source, |text, place| {
        let lines = LinesOf { text, first: place.start == 0, last: place.last };
        let limit = MOST_MATCHES.saturating_sub(kept);
        let (count, matches) = search.find_in(&lines, limit);
        kept += matches.len();
        let complete = limit > 0 || count == 0;
        Part { count, line_breaks: lines.breaks(), matches: complete.then_some(matches) }
    });
    read.map_err(unlimited)?;
    keep_first(blocks, source, search)
}

/// Keeps the occurrences that can be asked for, and no others.
fn keep_first<Src: Source>(
    blocks: &mut Blocks<Part, Lines>,
    source: &Src,
    search: &Search,
) -> Result<(), Src::Error> {
    let mut reader: Reader<Src, Lines> = Reader::new(source, LIMITS);
    let mut before = 0;
    let mut start = 0;
    let all = blocks.count();
    for index in 0..all {
        let end = start + blocks.size(index);
        let Some(part) = blocks.made_mut(index) else { continue };
        let wanted = MOST_MATCHES.saturating_sub(before).min(part.count);
        before += part.count;
        if wanted == 0 {
            part.matches = None;
        } else if part.matches.as_ref().is_none_or(|kept| kept.len() < wanted) {
            let text = reader.whole(start, end).map_err(unlimited)?;
            let lines = LinesOf { text, first: start == 0, last: index + 1 == all };
            part.matches = Some(search.find_in(&lines, wanted).1);
        }
        start = end;
    }
    Ok(())
}

fn unlimited<E>(error: ReadError<E>) -> E {
    match error {
        ReadError::Source(error) => error,
        ReadError::TooLong(_) => unreachable!("a line may be of any length"),
    }
}

pub struct Whole {
    text: String,
    /// What is to be read.
    changes: Vec<Changed>,
}

impl Whole {
    fn refresh<Src: Source>(&mut self, source: &Src) -> Result<(), Src::Error> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let mut text = String::with_capacity(source.size() as usize);
        let mut kept = 0;
        for Changed { before, after } in self.changes.drain(..) {
            text.push_str(&self.text[kept..before.start as usize]);
            while text.len() < after.end as usize {
                let start = text.len() as u32;
                let piece = source.read(start, LIMITS.piece.min(after.end - start))?;
                assert!(!piece.is_empty(), "there is more to read");
                text.push_str(&piece);
            }
            kept = before.end as usize;
        }
        text.push_str(&self.text[kept..]);
        self.text = text;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Query;

    struct Text<'t>(&'t str);

    impl Source for Text<'_> {
        type Error = std::convert::Infallible;

        fn size(&self) -> u32 {
            self.0.len() as u32
        }

        fn read(&self, start: u32, most: u32) -> Result<String, Self::Error> {
            let mut end = (start + most).min(self.size()) as usize;
            while !self.0.is_char_boundary(end) {
                end -= 1;
            }
            Ok(self.0[start as usize..end].to_owned())
        }
    }

    fn search(pattern: &str) -> Search {
        let query = Query {
            pattern: pattern.into(),
            literal: false,
            ignore_case: false,
            whole_word: false,
        };
        Search::new(&query).unwrap()
    }

    fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        }
    }

    #[test]
    fn an_index_finds_what_a_search_finds_after_any_edits() {
        let patterns = [
            r"a", r"^", r"$", r"^$", r"a*", r"\b", r"\w+", r"\Aa|b\z", r"\s+", r"a[^b]*b",
            r"(?s)a.b",
        ];
        for (seed, pattern) in patterns.iter().cycle().take(33).enumerate() {
            let search = search(pattern);
            let mut random = numbers(seed as u64);
            let words = ["a", "ab", " ", "é", "\n", "\r", "\r\n", "a long line of no interest"];
            let mut text: String = (0..2000).map(|_| words[random(words.len())]).collect();
            let mut index = Index::new(text.len() as u32, &search);
            for _ in 0..6 {
                index.refresh(&Text(&text), &search).unwrap();
                assert_eq!(index.first(&search, 10_000), search.find(&text, 10_000), "{pattern}");
                assert_eq!(
                    index.replace(&Text(&text), &search, "<$0>").unwrap(),
                    search.replace(&text, "<$0>"),
                    "{pattern}"
                );
                let mut start = random(text.len() + 1);
                let mut end = (start + random(30)).min(text.len());
                while !text.is_char_boundary(start) {
                    start -= 1;
                }
                while !text.is_char_boundary(end) {
                    end += 1;
                }
                let insert: String = (0..random(4)).map(|_| words[random(words.len())]).collect();
                text.replace_range(start..end, &insert);
                let (start, end) = (start as u32, end as u32);
                let after = start..start + insert.len() as u32;
                index.change(vec![Changed { before: start..end, after }]);
            }
        }
    }

    #[test]
    fn the_first_occurrences_are_kept_when_those_before_them_go() {
        let search = search("x");
        let text = "x\n".repeat(40_000);
        let mut index = Index::new(text.len() as u32, &search);
        index.refresh(&Text(&text), &search).unwrap();
        assert_eq!(index.first(&search, 10_000).1.len(), 10_000);
        index.change(vec![Changed { before: 0..60_000, after: 0..0 }]);
        let text = &text[60_000..];
        index.refresh(&Text(text), &search).unwrap();
        assert_eq!(index.first(&search, 10_000), search.find(text, 10_000));
    }
}
