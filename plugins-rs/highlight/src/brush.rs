//! Coloured lines, as HTML or with escape sequences.

use syntect::highlighting::{
    Color, FontStyle, HighlightIterator, HighlightState, Highlighter, Style as Look, Theme,
};
use syntect::html::{
    IncludeBackground, append_highlighted_html_for_styled_line, line_tokens_to_classed_spans,
};
use syntect::parsing::{ScopeStack, ScopeStackOp};

use crate::paint::{CLASSES, Error, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// One `<pre>`, colours in `style` attributes.
    Inline,
    /// One `<pre>`, a class for each scope: for pages that allow no `style` attributes.
    Classes,
    /// With escape sequences for 24-bit colours. Control characters of the text are made visible: what
    /// comes out moves no cursor and rings no bell.
    Ansi,
}

#[derive(Clone, Copy)]
pub struct Format {
    pub style: Style,
    pub theme: &'static Theme,
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.style == other.style && std::ptr::eq(self.theme, other.theme)
    }
}

pub struct Brush {
    format: Format,
    highlighter: Highlighter<'static>,
    text: String,
    /// Elements; none before anything is painted.
    open: Option<isize>,
    look: Option<HighlightState>,
}

pub struct Mark {
    at: usize,
    open: isize,
}

impl Brush {
    pub fn new(format: Format) -> Self {
        let text = match (format.style, format.theme.settings.background) {
            (Style::Inline, Some(Color { r, g, b, .. })) => {
                format!("<pre class=\"hl\" style=\"background:#{r:02x}{g:02x}{b:02x}\"><code>")
            }
            (Style::Inline, None) => "<pre class=\"hl\"><code>".to_owned(),
            (Style::Classes, _) => "<pre class=\"hl-code\"><code>".to_owned(),
            (Style::Ansi, _) => String::new(),
        };
        let highlighter = Highlighter::new(format.theme);
        Self { format, highlighter, text, open: None, look: None }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// In bytes.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// Before the first line: opens the elements that it is inside of.
    pub fn open(&mut self, scopes: &ScopeStack) {
        if self.open.is_some() {
            return;
        }
        let mut open = 0;
        if self.format.style == Style::Classes {
            let pushes: Vec<_> =
                scopes.as_slice().iter().map(|scope| (0, ScopeStackOp::Push(*scope))).collect();
            let opened = line_tokens_to_classed_spans("", &pushes, CLASSES, &mut ScopeStack::new());
            if let Ok((spans, count)) = opened {
                self.text.push_str(&spans);
                open = count;
            }
        }
        self.open = Some(open);
    }

    /// Paints a line, and brings `state` to its end.
    pub fn line(&mut self, line: &str, state: &mut State) -> Result<(), Error> {
        let operations = state.parse(line)?;
        if self.format.style == Style::Classes {
            let (html, opened) =
                line_tokens_to_classed_spans(line, &operations, CLASSES, state.scopes_mut())?;
            self.text.push_str(&html);
            self.open = Some(self.open.unwrap_or(0) + opened);
            return Ok(());
        }
        let look = self
            .look
            .get_or_insert_with(|| HighlightState::new(&self.highlighter, state.scopes().clone()));
        let spans: Vec<(Look, &str)> =
            HighlightIterator::new(look, &operations, line, &self.highlighter).collect();
        state.apply(&operations)?;
        if self.format.style == Style::Inline {
            let background = IncludeBackground::No;
            return append_highlighted_html_for_styled_line(&spans, background, &mut self.text);
        }
        for (look, span) in &spans {
            let (words, line_break) = span.split_at(span.trim_end_matches(['\r', '\n']).len());
            if !words.is_empty() {
                self.text.push_str(&escape_sequence(look));
                self.text.extend(words.chars().map(visible));
                self.text.push_str("\u{1b}[0m");
            }
            self.text.push_str(line_break);
        }
        Ok(())
    }

    /// The next line may be any.
    pub fn lift(&mut self) {
        self.look = None;
    }

    pub fn mark(&self) -> Mark {
        Mark { at: self.text.len(), open: self.open.unwrap_or(0) }
    }

    /// What was painted since, and by how many there are more open elements.
    pub fn since(&self, mark: Mark) -> (&str, isize) {
        (&self.text[mark.at..], self.open.unwrap_or(0) - mark.open)
    }

    /// What was painted before.
    pub fn again(&mut self, painted: &str, opened: isize) {
        self.text.push_str(painted);
        self.open = Some(self.open.unwrap_or(0) + opened);
    }

    pub fn finish(mut self) -> String {
        for _ in 0..self.open.unwrap_or(0) {
            self.text.push_str("</span>");
        }
        if self.format.style != Style::Ansi {
            self.text.push_str("</code></pre>\n");
        }
        self.text
    }
}

fn escape_sequence(look: &Look) -> String {
    let Color { r, g, b, .. } = look.foreground;
    let mut codes = String::new();
    for (font, code) in
        [(FontStyle::BOLD, "1;"), (FontStyle::ITALIC, "3;"), (FontStyle::UNDERLINE, "4;")]
    {
        if look.font_style.contains(font) {
            codes.push_str(code);
        }
    }
    format!("\u{1b}[{codes}38;2;{r};{g};{b}m")
}

/// Unicode has a picture for each of the C0 controls.
fn visible(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        _ => c,
    }
}
