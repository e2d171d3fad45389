//! Finding and replacing in a text. Knows nothing of plugins.

use std::borrow::Cow;
use std::ops::Range;

use regex::{NoExpand, Regex, RegexBuilder, Replacer};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Literal};
use serde::{Deserialize, Serialize};

/// What to look for. The engine takes linear time for every pattern, so a hostile one costs no more
/// than the text is long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    pub pattern: String,
    /// The pattern is the very text to find, and the replacement has no groups in it.
    #[serde(default)]
    pub literal: bool,
    #[serde(default)]
    pub ignore_case: bool,
    #[serde(default)]
    pub whole_word: bool,
}

pub struct Search {
    regex: Regex,
    literal: bool,
    keeps_to_lines: bool,
}

/// Some lines of a text, each with its break: the last one may be without where the text ends.
pub struct LinesOf<'t> {
    pub text: &'t str,
    /// Whether the text begins with them, and ends with them.
    pub first: bool,
    pub last: bool,
}

impl LinesOf<'_> {
    pub fn breaks(&self) -> usize {
        let mut place = Place::default();
        place.advance(self.text, self.text.len());
        place.line - 1
    }

    /// The text to search, and where the lines begin in it. Lines in the middle of a text get a break
    /// before them: what precedes it makes no difference to a pattern that matches within lines.
    fn in_context(&self) -> (Cow<'_, str>, usize) {
        if self.first { (self.text.into(), 0) } else { (format!("\n{}", self.text).into(), 1) }
    }

    /// Whether an occurrence at an offset of that text is theirs, not that of the lines beside them.
    fn have(&self, start: usize, from: usize) -> bool {
        start >= from && (self.last || start < from + self.text.len())
    }
}

/// One occurrence.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    /// In UTF-8 bytes from the start of the text.
    pub start: usize,
    pub end: usize,
    /// One-based.
    pub line: usize,
    /// One-based, in characters.
    pub column: usize,
    pub text: String,
}

/// One occurrence and what takes its place.
#[derive(Debug, PartialEq, Eq)]
pub struct Replacement {
    pub range: Range<usize>,
    pub insert: String,
}

/// The replacements would insert more than `MOST_INSERTED`.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMuch;

/// In bytes.
pub const MOST_INSERTED: usize = 16 * 1024 * 1024;

impl Search {
    /// Answers for a person what is wrong with a pattern.
    pub fn new(query: &Query) -> Result<Self, String> {
        let mut pattern = query.pattern.clone();
        if query.literal {
            pattern = regex::escape(&pattern);
        }
        if query.whole_word {
            pattern = format!(r"\b(?:{pattern})\b");
        }
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(query.ignore_case)
            .multi_line(true)
            .crlf(true)
            .build()
            .map_err(|error| error.to_string())?;
        let keeps_to_lines = keeps_to_lines(&pattern, query.ignore_case);
        Ok(Self { regex, literal: query.literal, keeps_to_lines })
    }

    /// Whether no occurrence has a line break in it: then lines can be searched by themselves.
    pub fn keeps_to_lines(&self) -> bool {
        self.keeps_to_lines
    }

    /// How many occurrences there are, and the first `limit` of them.
    pub fn find(&self, text: &str, limit: usize) -> (usize, Vec<Match>) {
        self.find_in(&LinesOf { text, first: true, last: true }, limit)
    }

    /// The same in lines of a text, with offsets and lines counted from their start. The pattern keeps
    /// to lines, or they are the whole text.
    pub fn find_in(&self, lines: &LinesOf<'_>, limit: usize) -> (usize, Vec<Match>) {
        let (context, from) = lines.in_context();
        let mut place = Place { offset: from, ..Place::default() };
        let mut occurrences =
            self.regex.find_iter(&context).filter(|found| lines.have(found.start(), from));
        let first: Vec<Match> = occurrences
            .by_ref()
            .take(limit)
            .map(|found| {
                place.advance(&context, found.start());
                Match {
                    start: found.start() - from,
                    end: found.end() - from,
                    line: place.line,
                    column: place.column,
                    text: found.as_str().to_owned(),
                }
            })
            .collect();
        (first.len() + occurrences.count(), first)
    }

    /// What to do to replace every occurrence, in order of place.
    /// `$1` and `${name}` in `replacement` stand for the pattern's groups, `$$` for a `$`.
    pub fn replace(&self, text: &str, replacement: &str) -> Result<Vec<Replacement>, TooMuch> {
        self.replace_in(&LinesOf { text, first: true, last: true }, replacement, &mut 0)
    }

    /// The same in lines of a text. `inserted` counts the bytes, here and before.
    pub fn replace_in(
        &self,
        lines: &LinesOf<'_>,
        replacement: &str,
        inserted: &mut usize,
    ) -> Result<Vec<Replacement>, TooMuch> {
        let (context, from) = lines.in_context();
        let occurrences = self.regex.captures_iter(&context).filter_map(|captures| {
            let range = captures.get_match().range();
            if !lines.have(range.start, from) {
                return None;
            }
            let mut insert = String::new();
            if self.literal {
                NoExpand(replacement).replace_append(&captures, &mut insert);
            } else {
                captures.expand(replacement, &mut insert);
            }
            *inserted += insert.len();
            let range = range.start - from..range.end - from;
            Some(if *inserted > MOST_INSERTED {
                Err(TooMuch)
            } else {
                Ok(Replacement { range, insert })
            })
        });
        occurrences.collect()
    }
}

impl Replacement {
    /// The same so many bytes further on.
    pub fn moved(self, by: usize) -> Self {
        Self { range: self.range.start + by..self.range.end + by, ..self }
    }
}

/// Whether a pattern can match no line break. It was accepted with the same flags.
fn keeps_to_lines(pattern: &str, ignore_case: bool) -> bool {
    let parsed = ParserBuilder::new()
        .case_insensitive(ignore_case)
        .multi_line(true)
        .crlf(true)
        .build()
        .parse(pattern);
    parsed.is_ok_and(|hir| !matches_line_break(&hir))
}

fn matches_line_break(hir: &Hir) -> bool {
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(Literal(bytes)) => bytes.iter().any(is_break),
        HirKind::Class(Class::Unicode(class)) => ['\n', '\r']
            .iter()
            .any(|c| class.iter().any(|range| (range.start()..=range.end()).contains(c))),
        HirKind::Class(Class::Bytes(class)) => [b'\n', b'\r']
            .iter()
            .any(|c| class.iter().any(|range| (range.start()..=range.end()).contains(c))),
        HirKind::Repetition(repetition) => matches_line_break(&repetition.sub),
        HirKind::Capture(capture) => matches_line_break(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().any(matches_line_break)
        }
    }
}

/// Line and column of an offset that only grows.
struct Place {
    offset: usize,
    line: usize,
    column: usize,
}

impl Default for Place {
    fn default() -> Self {
        Self { offset: 0, line: 1, column: 1 }
    }
}

impl Place {
    fn advance(&mut self, text: &str, offset: usize) {
        let bytes = text.as_bytes();
        for (at, c) in text[self.offset..offset].char_indices() {
            let after = bytes.get(self.offset + at + 1);
            if c == '\n' || c == '\r' && after != Some(&b'\n') {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.offset = offset;
    }
}

/// A text with its replacements made.
pub fn apply(text: &str, replacements: &[Replacement]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for Replacement { range, insert } in replacements {
        result.push_str(&text[copied..range.start]);
        result.push_str(insert);
        copied = range.end;
    }
    result.push_str(&text[copied..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(pattern: &str) -> Search {
        Search::new(&query(pattern)).unwrap()
    }

    fn query(pattern: &str) -> Query {
        Query { pattern: pattern.into(), literal: false, ignore_case: false, whole_word: false }
    }

    fn replaced(search: &Search, text: &str, replacement: &str) -> String {
        apply(text, &search.replace(text, replacement).unwrap())
    }

    #[test]
    fn groups_take_their_places() {
        let dates = search(r"(?<y>\d{4})-(?<m>\d\d)");
        assert_eq!(
            replaced(&dates, "in 2024-05, 2025-06", "${m}/$y $$"),
            "in 05/2024 $, 06/2025 $"
        );
    }

    #[test]
    fn literally_means_literally() {
        let dots = Search::new(&Query { literal: true, ..query("a.b") }).unwrap();
        assert_eq!(replaced(&dots, "a.b axb", "$1"), "$1 axb");
    }

    #[test]
    fn whole_words_of_any_case() {
        let it = Search::new(&Query { ignore_case: true, whole_word: true, ..query("straße|it") });
        assert_eq!(replaced(&it.unwrap(), "It bit STRAßE.", "x"), "x bit x.");
    }

    #[test]
    fn empty_matches_do_not_overlap() {
        assert_eq!(replaced(&search("x*"), "axxb", "-"), "-a-b-");
        assert_eq!(replaced(&search("$"), "é\r\nb", ";"), "é;\r\nb;");
    }

    #[test]
    fn says_where_an_occurrence_is() {
        let (count, found) = search("[a-z]+").find("é x\r\nyy\rz\nw", 3);
        let places: Vec<_> = found.iter().map(|m| (m.start, m.line, m.column)).collect();
        assert_eq!((count, places), (4, vec![(3, 1, 3), (6, 2, 1), (9, 3, 1)]));
    }

    #[test]
    fn a_pattern_that_would_backtrack_takes_linear_time() {
        let text = "a".repeat(50_000);
        assert_eq!(search("(a+)+$b").find(&text, 1).0, 0);
    }

    #[test]
    fn knows_which_patterns_keep_to_lines() {
        for pattern in ["a", r"^a.*b$", r"\w+\b", r"[^\s]{2,}", r"\Aa|\z", r"(?i)x\x{e9}?", "a|"] {
            assert!(search(pattern).keeps_to_lines(), "{pattern}");
        }
        for pattern in [r"\s", r"[^a]", r"(?s).", r"a\nb", r"(a|(b\r?)+)", r"\W", r"[\x00-\x20]"] {
            assert!(!search(pattern).keeps_to_lines(), "{pattern}");
        }
    }

    #[test]
    fn inserting_without_end_is_refused() {
        let text = "a".repeat(1000);
        assert_eq!(search("a").replace(&text, &"b".repeat(100_000)), Err(TooMuch));
    }
}
