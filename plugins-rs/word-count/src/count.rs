//! Counting, by Unicode's own rules (UAX #29). Knows nothing of plugins.

use std::ops::AddAssign;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub words: usize,
    /// What a reader sees as one character, a family emoji included.
    pub characters: usize,
    pub sentences: usize,
    /// Runs of lines that are not blank.
    pub paragraphs: usize,
    /// Line breaks and one: `\n`, `\r\n` and a lone `\r` each end a line.
    pub lines: usize,
    pub bytes: usize,
}

/// Counts a text that arrives in pieces, without ever holding more of it than one line and a piece.
pub struct Counter {
    counts: Counts,
    /// The start of a line whose end has not arrived.
    rest: String,
    in_paragraph: bool,
}

impl Counter {
    pub fn new() -> Self {
        Self { counts: Counts::default(), rest: String::new(), in_paragraph: false }
    }

    pub fn add(&mut self, piece: &str) {
        // No word, character or sentence crosses a line break, so whole lines can be counted apart.
        // A `\r` at the very end may be half of a `\r\n`: it waits.
        let searched = self.rest.len() - usize::from(self.rest.ends_with('\r'));
        self.rest.push_str(piece);
        let whole = self.rest.strip_suffix('\r').unwrap_or(&self.rest);
        let Some(at) = whole[searched..].rfind(['\n', '\r']) else { return };
        let rest = self.rest.split_off(searched + at + 1);
        let lines = std::mem::replace(&mut self.rest, rest);
        self.add_lines(&lines);
    }

    pub fn finish(mut self) -> Counts {
        let rest = std::mem::take(&mut self.rest);
        self.add_lines(&rest);
        self.counts.lines += 1;
        self.counts
    }

    fn add_lines(&mut self, text: &str) {
        for line in lines(text) {
            let blank = line.trim().is_empty();
            self.counts += Counts {
                words: line.unicode_words().count(),
                characters: line.graphemes(true).count(),
                sentences: line.unicode_sentences().count(),
                paragraphs: usize::from(!blank && !self.in_paragraph),
                lines: usize::from(line.ends_with(['\n', '\r'])),
                bytes: line.len(),
            };
            self.in_paragraph = !blank;
        }
    }
}

/// The lines of a text, each with its break.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = match rest.find(['\n', '\r']) {
            Some(at) if rest[at..].starts_with("\r\n") => at + 2,
            Some(at) => at + 1,
            None if rest.is_empty() => return None,
            None => rest.len(),
        };
        let (line, after) = rest.split_at(end);
        rest = after;
        Some(line)
    })
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.words += more.words;
        self.characters += more.characters;
        self.sentences += more.sentences;
        self.paragraphs += more.paragraphs;
        self.lines += more.lines;
        self.bytes += more.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(pieces: &[&str]) -> Counts {
        let mut counter = Counter::new();
        pieces.iter().for_each(|piece| counter.add(piece));
        counter.finish()
    }

    #[test]
    fn counts_as_a_reader_does() {
        let counts = count(&["Don’t panic! 👨‍👩‍👧 agree.\r\n\r\nThe end"]);
        assert_eq!(
            counts,
            Counts { words: 5, characters: 30, sentences: 3, paragraphs: 2, lines: 3, bytes: 51 }
        );
    }

    #[test]
    fn an_empty_text_has_one_line() {
        assert_eq!(count(&[]), Counts { lines: 1, ..Counts::default() });
    }

    #[test]
    fn pieces_make_no_difference() {
        let text = "one two\r\nthree\r\r\n\u{e9}tude.\n\nA\u{301}. B\rlast";
        let whole = count(&[text]);
        for (at, _) in text.char_indices() {
            assert_eq!(count(&[&text[..at], &text[at..]]), whole, "cut at {at}");
        }
    }
}
