//! Source code to HTML or terminal colours. Knows nothing of plugins.

use std::sync::LazyLock;

pub use syntect::Error;
use syntect::easy::HighlightLines;
pub use syntect::highlighting::Theme;
use syntect::highlighting::{Color, FontStyle, Style, ThemeSet};
use syntect::html::{
    ClassStyle, ClassedHTMLGenerator, IncludeBackground, append_highlighted_html_for_styled_line,
    css_for_theme_with_class_style,
};
pub use syntect::parsing::SyntaxReference as Grammar;
use syntect::parsing::SyntaxSet;
use syntect::util::LinesWithEndings;

/// Unpacked at first use, which takes a tenth of a second: see `warm_up`.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
static THEMES: LazyLock<ThemeSet> = LazyLock::new(ThemeSet::load_defaults);

const CLASSES: ClassStyle = ClassStyle::SpacedPrefixed { prefix: "hl-" };

/// Unpacks the grammars and themes, so that the first highlighting does not wait for it.
pub fn warm_up() {
    LazyLock::force(&SYNTAXES);
    LazyLock::force(&THEMES);
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
pub fn grammar(language: Option<&str>, text: &str) -> &'static Grammar {
    language
        .and_then(|language| {
            let name = language.to_ascii_lowercase();
            SYNTAXES.find_syntax_by_token(alias(&name))
        })
        .or_else(|| SYNTAXES.find_syntax_by_first_line(text.lines().next().unwrap_or("")))
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

/// One `<pre>`, colours in `style` attributes.
pub fn html(text: &str, grammar: &Grammar, theme: &Theme) -> Result<String, Error> {
    let mut html = match theme.settings.background {
        Some(Color { r, g, b, .. }) => {
            format!("<pre class=\"hl\" style=\"background:#{r:02x}{g:02x}{b:02x}\"><code>")
        }
        None => "<pre class=\"hl\"><code>".to_owned(),
    };
    each_line(text, grammar, theme, |spans| {
        append_highlighted_html_for_styled_line(spans, IncludeBackground::No, &mut html)
    })?;
    html.push_str("</code></pre>\n");
    Ok(html)
}

/// One `<pre>`, a class for each scope: for pages that allow no `style` attributes. Goes with `css`.
pub fn classed_html(text: &str, grammar: &Grammar) -> Result<String, Error> {
    let mut generator = ClassedHTMLGenerator::new_with_class_style(grammar, &SYNTAXES, CLASSES);
    for line in LinesWithEndings::from(text) {
        generator.parse_html_for_line_which_includes_newline(line)?;
    }
    Ok(format!("<pre class=\"hl-code\"><code>{}</code></pre>\n", generator.finalize()))
}

/// The style sheet of a theme, for `classed_html`.
pub fn css(theme: &Theme) -> Result<String, Error> {
    css_for_theme_with_class_style(theme, CLASSES)
}

/// With escape sequences for 24-bit colours. Control characters of the text are made visible: what
/// comes out moves no cursor and rings no bell.
pub fn ansi(text: &str, grammar: &Grammar, theme: &Theme) -> Result<String, Error> {
    let mut painted = String::with_capacity(text.len() * 4);
    each_line(text, grammar, theme, |spans| {
        for (style, span) in spans {
            let (words, line_break) = span.split_at(span.trim_end_matches(['\r', '\n']).len());
            if !words.is_empty() {
                painted.push_str(&escape_sequence(style));
                painted.extend(words.chars().map(visible));
                painted.push_str("\u{1b}[0m");
            }
            painted.push_str(line_break);
        }
        Ok(())
    })?;
    Ok(painted)
}

fn each_line(
    text: &str,
    grammar: &Grammar,
    theme: &Theme,
    mut paint: impl FnMut(&[(Style, &str)]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut highlighter = HighlightLines::new(grammar, theme);
    for line in LinesWithEndings::from(text) {
        paint(&highlighter.highlight_line(line, &SYNTAXES)?)?;
    }
    Ok(())
}

fn escape_sequence(style: &Style) -> String {
    let Color { r, g, b, .. } = style.foreground;
    let mut codes = String::new();
    for (font, code) in
        [(FontStyle::BOLD, "1;"), (FontStyle::ITALIC, "3;"), (FontStyle::UNDERLINE, "4;")]
    {
        if style.font_style.contains(font) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn any_theme() -> &'static Theme {
        theme("InspiredGitHub").unwrap()
    }

    #[test]
    fn colours_tell_keywords_from_names() {
        let html = html("fn main() {}\n", grammar(Some("rust"), ""), any_theme()).unwrap();
        assert!(html.contains("font-weight:bold;color:#a71d5d;\">fn </span>"), "{html}");
        assert!(html.starts_with("<pre class=\"hl\" style=\"background:#ffffff\"><code>"));
    }

    #[test]
    fn nothing_of_the_source_is_markup() {
        let source = "let a = \"<script>&\"; // </code></pre>\n";
        for html in [
            html(source, grammar(Some("ts"), ""), any_theme()).unwrap(),
            classed_html(source, grammar(Some("ts"), "")).unwrap(),
        ] {
            assert!(!html.contains("<script>") && html.matches("</pre>").count() == 1, "{html}");
        }
    }

    #[test]
    fn nothing_of_the_source_moves_the_cursor() {
        let source = "a\u{1b}[2J\u{9b}2J\u{7}\rb\n\tc\r\n";
        let painted = ansi(source, grammar(None, source), any_theme()).unwrap();
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
            assert_eq!(grammar(Some(name), "").name, language, "{name}");
        }
        assert_eq!(grammar(None, "#!/usr/bin/env python\n").name, "Python");
    }
}
