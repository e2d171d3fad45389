//! The lines of a text that changes, coloured. Of every block of lines it is kept how the grammar came in
//! and went out, so that after a change parsing begins there, and ends where it meets what it knows.
//! Knows nothing of plugins.

use std::rc::Rc;

use blocks::{Blocks, Changed, Feeds, Limits, ReadError, Reader, Source};

use crate::brush::{Brush, Format};
use crate::paint::{Error, Grammar, State};

pub struct Coloured {
    grammar: &'static Grammar,
    blocks: Blocks<Parsed, Feeds>,
}

struct Parsed {
    /// What the grammar was in, before and after.
    before: Rc<State>,
    after: Rc<State>,
    lines: usize,
    painted: Option<Painted>,
}

struct Painted {
    format: Format,
    text: String,
    /// By how many there are more open elements after it.
    opened: isize,
}

#[derive(Debug)]
pub enum Problem<E> {
    Read(E),
    /// A line has more than this many bytes.
    LongLine(usize),
    /// What would be answered has more than this many bytes.
    TooMuch(usize),
    Grammar(Error),
}

const LIMITS: Limits = Limits { piece: 2048, block: 2048, longest: 1024 * 1024 };

/// What is painted at once, in bytes.
const MOST_PAINTED: usize = 1024 * 1024;

impl Coloured {
    /// A text so long, of which nothing was read yet.
    pub fn new(grammar: &'static Grammar, size: u32) -> Self {
        Self { grammar, blocks: Blocks::new(size, LIMITS) }
    }

    pub fn is_in(&self, grammar: &'static Grammar) -> bool {
        std::ptr::eq(self.grammar, grammar)
    }

    /// Forgets what is not true any more.
    pub fn change(&mut self, changes: &[Changed]) {
        self.blocks.change(changes);
    }

    /// Paints so many lines, from line `first` (zero-based) on. Reads them, and what has to be parsed
    /// before them.
    pub fn paint<Src: Source>(
        &mut self,
        source: &Src,
        format: Format,
        first: usize,
        lines: usize,
    ) -> Result<String, Problem<Src::Error>> {
        let mut reader: Reader<Src, Feeds> = Reader::new(source, LIMITS);
        let mut brush = Brush::new(format);
        let mut state = Rc::new(State::new(self.grammar));
        let end = first.saturating_add(lines);
        let mut line = 0;
        let mut start = 0;
        for index in 0.. {
            if index == self.blocks.count() || line >= end {
                break;
            }
            // Counted from the block's first line.
            let wanted = first.saturating_sub(line)..end - line;
            let known = self.blocks.made(index).filter(|known| known.before == state);
            let done = known.is_some_and(|known| {
                known.lines <= wanted.start || known.repaint(&wanted, format, &mut brush)
            });
            if !done {
                let size = self.blocks.size(index);
                let text = match self.blocks.made(index) {
                    Some(_) => reader.whole(start, start + size)?,
                    None => self.blocks.divide(index, start, &mut reader)?,
                };
                let parsed = Parsed::of(text, &state, &wanted, &mut brush)?;
                self.blocks.set(index, parsed);
            }
            if brush.size() > MOST_PAINTED {
                self.keep_painted(0..0);
                return Err(Problem::TooMuch(MOST_PAINTED));
            }
            let Some(parsed) = self.blocks.made(index) else { break };
            state = Rc::clone(&parsed.after);
            line += parsed.lines;
            start += self.blocks.size(index);
        }
        self.keep_painted(first..end);
        Ok(brush.finish())
    }

    /// Forgets the colours of all other lines: they are many times as long as the text.
    fn keep_painted(&mut self, lines: std::ops::Range<usize>) {
        let mut line = 0;
        for index in 0..self.blocks.count() {
            let Some(parsed) = self.blocks.made_mut(index) else { continue };
            if line >= lines.end || line + parsed.lines <= lines.start {
                parsed.painted = None;
            }
            line += parsed.lines;
        }
    }
}

impl Parsed {
    /// Parses a block, and paints those of its lines that are wanted.
    fn of(
        text: &str,
        before: &Rc<State>,
        wanted: &std::ops::Range<usize>,
        brush: &mut Brush,
    ) -> Result<Self, Error> {
        let mut state = State::clone(before);
        let mut lines = 0;
        let mut marked = None;
        for line in text.split_inclusive('\n') {
            if wanted.contains(&lines) {
                brush.open(state.scopes());
                marked.get_or_insert_with(|| brush.mark());
                brush.line(line, &mut state)?;
            } else {
                state.pass(line)?;
            }
            lines += 1;
        }
        brush.lift();
        let whole = wanted.start == 0 && lines <= wanted.end;
        let painted = marked.filter(|_| whole).map(|mark| {
            let (text, opened) = brush.since(mark);
            Painted { format: brush.format(), text: text.to_owned(), opened }
        });
        // Where nothing changes, blocks share what is kept.
        let after = if state == **before { Rc::clone(before) } else { Rc::new(state) };
        Ok(Self { before: Rc::clone(before), after, lines, painted })
    }

    /// Uses what was painted before, where it is all that is wanted of the block.
    fn repaint(&self, wanted: &std::ops::Range<usize>, format: Format, brush: &mut Brush) -> bool {
        let whole = wanted.start == 0 && self.lines <= wanted.end;
        match &self.painted {
            Some(painted) if whole && painted.format == format => {
                brush.open(self.before.scopes());
                brush.again(&painted.text, painted.opened);
                true
            }
            _ => false,
        }
    }
}

impl<E> From<ReadError<E>> for Problem<E> {
    fn from(error: ReadError<E>) -> Self {
        match error {
            ReadError::Source(error) => Self::Read(error),
            ReadError::TooLong(most) => Self::LongLine(most),
        }
    }
}

impl<E> From<Error> for Problem<E> {
    fn from(error: Error) -> Self {
        Self::Grammar(error)
    }
}

/// A text that is there as a whole.
pub struct Whole<'t>(pub &'t str);

impl Source for Whole<'_> {
    type Error = std::convert::Infallible;

    fn size(&self) -> u32 {
        self.0.len() as u32
    }

    fn read(&self, start: u32, most: u32) -> Result<String, Self::Error> {
        let start = start as usize;
        let end = self.0.floor_char_boundary(start.saturating_add(most as usize));
        Ok(self.0[start..end].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brush::Style;
    use crate::paint;

    fn format(style: Style) -> Format {
        Format { style, theme: paint::theme("InspiredGitHub").unwrap() }
    }

    fn fresh(text: &str, style: Style, first: usize, lines: usize) -> String {
        let grammar = paint::grammar(Some("rust"), || String::new());
        let mut coloured = Coloured::new(grammar, text.len() as u32);
        coloured.paint(&Whole(text), format(style), first, lines).unwrap()
    }

    /// So many lines of Rust, in which strings and comments go over several.
    fn rust(lines: usize, random: &mut impl FnMut(usize) -> usize) -> String {
        let all = [
            "fn main() { let a = 1; }\n",
            "/* a comment\n",
            "that ends */ struct S;\n",
            "let s = \"text\n",
            "more\"; // é\n",
            "let r = r#\"raw\n",
            "\"#;\n",
            "\n",
        ];
        (0..lines).map(|_| all[random(all.len())]).collect()
    }

    fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        }
    }

    #[test]
    fn blocks_make_no_difference_to_the_colours() {
        let text = rust(700, &mut numbers(1));
        let theme = paint::theme("InspiredGitHub").unwrap();
        let grammar = paint::grammar(Some("rust"), || String::new());
        let mut highlighter = syntect::easy::HighlightLines::new(grammar, theme);
        let mut html = String::new();
        for line in text.split_inclusive('\n') {
            let spans = highlighter.highlight_line(line, paint::syntaxes()).unwrap();
            let background = syntect::html::IncludeBackground::No;
            syntect::html::append_highlighted_html_for_styled_line(&spans, background, &mut html)
                .unwrap();
        }
        let painted = fresh(&text, Style::Inline, 0, usize::MAX);
        assert!(painted.ends_with(&format!("<code>{html}</code></pre>\n")));

        let mut generator = syntect::html::ClassedHTMLGenerator::new_with_class_style(
            grammar,
            paint::syntaxes(),
            paint::CLASSES,
        );
        for line in text.split_inclusive('\n') {
            generator.parse_html_for_line_which_includes_newline(line).unwrap();
        }
        let painted = fresh(&text, Style::Classes, 0, usize::MAX);
        assert!(painted.ends_with(&format!("<code>{}</code></pre>\n", generator.finalize())));
    }

    #[test]
    fn after_any_edits_the_colours_are_those_of_a_fresh_text() {
        let mut random = numbers(2);
        let mut text = rust(500, &mut random);
        let grammar = paint::grammar(Some("rust"), || String::new());
        let mut coloured = Coloured::new(grammar, text.len() as u32);
        for round in 0..40 {
            let style = [Style::Inline, Style::Classes, Style::Ansi][round % 7 % 3];
            let (first, lines) = (random(400), 1 + random(200));
            let painted = coloured.paint(&Whole(&text), format(style), first, lines).unwrap();
            assert_eq!(painted, fresh(&text, style, first, lines), "round {round}");
            let start = text.floor_char_boundary(random(text.len()));
            let end = text.floor_char_boundary((start + random(40)).min(text.len())).max(start);
            let count = random(3);
            let insert = rust(count, &mut random);
            text.replace_range(start..end, &insert);
            let after = start as u32..(start + insert.len()) as u32;
            coloured.change(&[Changed { before: start as u32..end as u32, after }]);
        }
    }

    #[test]
    fn colours_of_a_part_are_whole_elements() {
        let text = "/* one\ntwo\nthree */ fn\n".repeat(200);
        let html = fresh(&text, Style::Classes, 301, 3);
        assert_eq!(html.matches("<span").count(), html.matches("</span>").count());
        assert!(html.contains("two") || html.contains("three"), "{html}");
    }
}
