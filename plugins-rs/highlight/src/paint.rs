//! Grammars and themes. Knows nothing of plugins.

use std::sync::LazyLock;

pub use syntect::Error;
pub use syntect::highlighting::Theme;
use syntect::highlighting::ThemeSet;
use syntect::html::{ClassStyle, css_for_theme_with_class_style};
pub use syntect::parsing::SyntaxReference as Grammar;
use syntect::parsing::{ParseState, ScopeStack, ScopeStackOp, SyntaxSet};

/// Unpacked at first use, which takes a tenth of a second: see `warm_up`.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
static THEMES: LazyLock<ThemeSet> = LazyLock::new(ThemeSet::load_defaults);

pub const CLASSES: ClassStyle = ClassStyle::SpacedPrefixed { prefix: "hl-" };

/// Unpacks the grammars and themes, so that the first highlighting does not wait for it.
pub fn warm_up() {
    LazyLock::force(&SYNTAXES);
    LazyLock::force(&THEMES);
}

#[cfg(test)]
pub fn syntaxes() -> &'static SyntaxSet {
    &SYNTAXES
}

pub fn languages() -> Vec<&'static str> {
    let shown = SYNTAXES.syntaxes().iter().filter(|syntax| !syntax.hidden);
    shown.map(|syntax| syntax.name.as_str()).collect()
}

pub fn themes() -> Vec<&'static str> {
    THEMES.themes.keys().map(String::as_str).collect()
}

pub fn theme(name: &str) -> Option<&'static Theme> {
    THEMES.themes.get(name)
}

/// The grammar for a language's name, identifier or file extension; else for what the first line
/// says (`#!/bin/sh`); else plain text.
pub fn grammar(language: Option<&str>, first_line: impl FnOnce() -> String) -> &'static Grammar {
    language
        .and_then(|language| {
            let name = language.to_ascii_lowercase();
            SYNTAXES.find_syntax_by_token(alias(&name))
        })
        .or_else(|| SYNTAXES.find_syntax_by_first_line(&first_line()))
        .unwrap_or_else(|| SYNTAXES.find_syntax_plain_text())
}

/// The nearest grammar that there is.
fn alias(language: &str) -> &str {
    match language {
        "typescript" | "ts" | "mts" | "cts" | "tsx" | "jsx" | "mjs" | "cjs" => "js",
        "jsonc" | "json5" | "webmanifest" => "json",
        "shell" | "shellscript" | "console" | "zsh" => "sh",
        "csharp" => "cs",
        "cpp" => "c++",
        "svg" | "xhtml" => "xml",
        other => other,
    }
}

/// The style sheet of a theme, for classes.
pub fn css(theme: &Theme) -> Result<String, Error> {
    css_for_theme_with_class_style(theme, CLASSES)
}

/// What a grammar is in between two lines.
#[derive(Clone, PartialEq, Eq)]
pub struct State {
    parse: ParseState,
    scopes: ScopeStack,
}

impl State {
    /// At the start of a text.
    pub fn new(grammar: &Grammar) -> Self {
        Self { parse: ParseState::new(grammar), scopes: ScopeStack::new() }
    }

    pub fn scopes(&self) -> &ScopeStack {
        &self.scopes
    }

    pub fn scopes_mut(&mut self) -> &mut ScopeStack {
        &mut self.scopes
    }

    /// What a line does to the scopes, which stay as they are.
    pub fn parse(&mut self, line: &str) -> Result<Vec<(usize, ScopeStackOp)>, Error> {
        Ok(self.parse.parse_line(line, &SYNTAXES)?)
    }

    pub fn apply(&mut self, operations: &[(usize, ScopeStackOp)]) -> Result<(), Error> {
        operations.iter().try_for_each(|(_, operation)| Ok(self.scopes.apply(operation)?))
    }

    /// Goes past a line.
    pub fn pass(&mut self, line: &str) -> Result<(), Error> {
        let operations = self.parse(line)?;
        self.apply(&operations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brush::{Format, Style};
    use crate::coloured::{Coloured, Whole};

    fn html(source: &str, grammar: &'static Grammar, theme: &'static Theme) -> String {
        painted(source, grammar, Format { style: Style::Inline, theme })
    }

    fn classed_html(source: &str, grammar: &'static Grammar) -> String {
        painted(source, grammar, Format { style: Style::Classes, theme: any_theme() })
    }

    fn painted(source: &str, grammar: &'static Grammar, format: Format) -> String {
        let mut coloured = Coloured::new(grammar, source.len() as u32);
        coloured.paint(&Whole(source), format, 0, usize::MAX).unwrap()
    }

    fn named(language: &str) -> &'static Grammar {
        grammar(Some(language), String::new)
    }

    fn any_theme() -> &'static Theme {
        theme("InspiredGitHub").unwrap()
    }

    #[test]
    fn colours_tell_keywords_from_names() {
        let html = html("fn main() {}\n", named("rust"), any_theme());
        assert!(html.contains("font-weight:bold;color:#a71d5d;\">fn </span>"), "{html}");
        assert!(html.starts_with("<pre class=\"hl\" style=\"background:#ffffff\"><code>"));
    }

    #[test]
    fn nothing_of_the_source_is_markup() {
        let source = "let a = \"<script>&\"; // </code></pre>\n";
        for html in [html(source, named("ts"), any_theme()), classed_html(source, named("ts"))] {
            assert!(!html.contains("<script>") && html.matches("</pre>").count() == 1, "{html}");
        }
    }

    #[test]
    fn nothing_of_the_source_moves_the_cursor() {
        let source = "a\u{1b}[2J\u{9b}2J\u{7}\rb\n\tc\r\n";
        let painted =
            painted(source, named("plain"), Format { style: Style::Ansi, theme: any_theme() });
        let mut bare = painted.clone();
        while let Some(start) = bare.find("\u{1b}[") {
            let end = start + bare[start..].find('m').unwrap();
            assert!(bare[start + 2..end].chars().all(|c| c.is_ascii_digit() || c == ';'));
            bare.replace_range(start..=end, "");
        }
        assert_eq!(bare, "a\u{241b}[2J\u{fffd}2J\u{2407}\u{240d}b\n\tc\r\n");
    }

    #[test]
    fn a_language_goes_by_many_names() {
        for (name, language) in [
            ("rust", "Rust"),
            ("rs", "Rust"),
            ("Markdown", "Markdown"),
            ("typescript", "JavaScript"),
            ("cpp", "C++"),
            ("csharp", "C#"),
            ("shellscript", "Bourne Again Shell (bash)"),
            ("jsonc", "JSON"),
            ("no-such", "Plain Text"),
        ] {
            assert_eq!(named(name).name, language, "{name}");
        }
        assert_eq!(grammar(None, || "#!/usr/bin/env python\n".into()).name, "Python");
    }
}
