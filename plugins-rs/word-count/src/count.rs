//! Counting, by Unicode's own rules (UAX #29). Knows nothing of plugins.

use std::ops::AddAssign;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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

/// Counts of one part of a text. A text may be divided into parts where `blocks::Sentences` cuts: no
/// word, character or sentence reaches across, and a cut inside a line stands between letters.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    counts: Counts,
    /// Whether a paragraph may come in from the part before, and go on in the one after.
    opens: bool,
    goes_on: bool,
}

impl Part {
    pub fn of(text: &str) -> Self {
        let mut counts = Counts::default();
        let mut opens = None;
        let mut goes_on = false;
        for line in lines(text) {
            let blank = line.trim().is_empty();
            counts += Counts {
                words: line.unicode_words().count(),
                characters: line.graphemes(true).count(),
                sentences: line.unicode_sentences().count(),
                paragraphs: usize::from(!blank && !goes_on),
                lines: usize::from(line.ends_with(['\n', '\r'])),
                bytes: line.len(),
            };
            opens.get_or_insert(!blank);
            goes_on = !blank;
        }
        Self { counts, opens: opens.unwrap_or(false), goes_on }
    }
}

/// The counts of a text from those of its parts, in order.
pub fn total<'p>(parts: impl IntoIterator<Item = &'p Part>) -> Counts {
    let mut total = Counts { lines: 1, ..Counts::default() };
    let mut in_paragraph = false;
    for part in parts {
        total += part.counts;
        total.paragraphs -= usize::from(in_paragraph && part.opens);
        in_paragraph = part.goes_on;
    }
    total
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
    use blocks::{Cut, Sentences};

    fn count(pieces: &[&str]) -> Counts {
        let parts: Vec<Part> = pieces.iter().map(|piece| Part::of(piece)).collect();
        total(&parts)
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
    fn parts_make_no_difference() {
        let text = "one two\r\nthree\r\r\n\u{e9}tude. Two? \u{201c}A. B\u{301}! C.\n\n \n\
                    A\u{301}. B\rlast, Mr. X. ...Y? Z";
        let whole = count(&[text]);
        let mut cuts = Vec::new();
        while let Some(at) = Sentences::find(text, cuts.last().map_or(0, |last| last + 1)) {
            cuts.push(at);
        }
        assert!(cuts.len() > 12, "{cuts:?}");
        for (i, first) in cuts.iter().enumerate() {
            assert_eq!(count(&[&text[..*first], &text[*first..]]), whole, "cut at {first}");
            for second in &cuts[i + 1..] {
                let parts = [&text[..*first], &text[*first..*second], &text[*second..]];
                assert_eq!(count(&parts), whole, "cut at {first} and {second}");
            }
        }
    }
}
