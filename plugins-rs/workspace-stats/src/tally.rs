//! Counting lines by language. Knows nothing of plugins.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub files: u64,
    pub bytes: u64,
    pub lines: u64,
    /// Lines of white space alone.
    pub blank: u64,
}

/// Takes one file, piece by piece.
#[derive(Default)]
pub struct FileCount {
    totals: Totals,
    line: Line,
    binary: bool,
}

/// What is known of the line that has not ended yet.
#[derive(Default, PartialEq)]
enum Line {
    #[default]
    Empty,
    Blank,
    Written,
}

impl FileCount {
    /// Answers false when the rest need not be read: what it has seen is no text.
    pub fn add(&mut self, piece: &[u8]) -> bool {
        self.binary |= piece.contains(&0);
        self.totals.bytes += piece.len() as u64;
        for byte in piece {
            match byte {
                b'\n' => self.end_line(),
                byte if byte.is_ascii_whitespace() => {
                    if self.line == Line::Empty {
                        self.line = Line::Blank;
                    }
                }
                _ => self.line = Line::Written,
            }
        }
        !self.binary
    }

    fn end_line(&mut self) {
        self.totals.lines += 1;
        if self.line != Line::Written {
            self.totals.blank += 1;
        }
        self.line = Line::Empty;
    }
}

#[derive(Debug, Default, Serialize)]
pub struct Tally {
    pub total: Totals,
    pub languages: BTreeMap<&'static str, Totals>,
    /// Files that are no text, and what they weigh; in `total` they have no lines.
    pub binary: Totals,
}

impl Tally {
    /// `size` is the whole file's, however much of it was read.
    pub fn add(&mut self, path: &str, size: u64, mut count: FileCount) {
        if count.line != Line::Empty {
            count.end_line();
        }
        let mut totals = Totals { files: 1, bytes: size, ..count.totals };
        if count.binary {
            (totals.lines, totals.blank) = (0, 0);
            self.binary.include(&totals);
        } else {
            self.languages.entry(language(path)).or_default().include(&totals);
        }
        self.total.include(&totals);
    }
}

impl Totals {
    fn include(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.blank += other.blank;
    }
}

fn language(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "rs" => "Rust",
        "ts" | "mts" | "cts" | "tsx" => "TypeScript",
        "js" | "mjs" | "cjs" | "jsx" => "JavaScript",
        "json" | "jsonc" => "JSON",
        "md" | "markdown" => "Markdown",
        "html" | "htm" => "HTML",
        "css" => "CSS",
        "toml" => "TOML",
        "yaml" | "yml" => "YAML",
        "wit" => "WIT",
        "wat" | "wast" => "WebAssembly text",
        "c" | "h" => "C",
        "cc" | "cpp" | "cxx" | "hpp" => "C++",
        "go" => "Go",
        "java" => "Java",
        "py" => "Python",
        "rb" => "Ruby",
        "sh" | "bash" => "Shell",
        "sql" => "SQL",
        "txt" => "Text",
        _ if name == "Makefile" => "Make",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(pieces: &[&[u8]]) -> Tally {
        let mut count = FileCount::default();
        let mut tally = Tally::default();
        for piece in pieces {
            if !count.add(piece) {
                break;
            }
        }
        tally.add("src/a.rs", pieces.iter().map(|piece| piece.len() as u64).sum(), count);
        tally
    }

    #[test]
    fn lines_are_counted_across_pieces() {
        let tally = tally(&[b"fn a() {\n \t", b"\r\n", b"\n}"]);
        assert_eq!(tally.languages["Rust"], Totals { files: 1, bytes: 15, lines: 4, blank: 2 });
        assert_eq!(tally.total, tally.languages["Rust"]);
    }

    #[test]
    fn a_last_line_break_ends_the_last_line() {
        assert_eq!(tally(&[b"a\n"]).total.lines, 1);
        assert_eq!(tally(&[b"a\nb"]).total.lines, 2);
        assert_eq!(tally(&[]).total.lines, 0);
    }

    #[test]
    fn what_is_no_text_has_no_lines() {
        let tally = tally(&[b"a\n\0", b"never read\n"]);
        assert_eq!(tally.binary, Totals { files: 1, bytes: 14, lines: 0, blank: 0 });
        assert!(tally.languages.is_empty());
    }

    #[test]
    fn a_name_tells_the_language() {
        assert_eq!(language("a/b.c/README.MD"), "Markdown");
        assert_eq!(language("a.rs/Makefile"), "Make");
        assert_eq!(language(".rs"), "Rust");
        assert_eq!(language("LICENSE"), "Other");
    }
}
