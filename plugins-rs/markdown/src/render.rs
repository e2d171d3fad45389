//! Markdown to HTML that is safe to show. Knows nothing of plugins.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use serde::{Deserialize, Serialize};

/// What becomes of HTML inside the Markdown.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RawHtml {
    /// It is shown as it was written.
    #[default]
    Escape,
    Drop,
    /// It goes through untouched, scripts included: for texts of one's own only.
    Keep,
}

#[derive(Debug, Serialize)]
pub struct Rendered {
    pub html: String,
    /// The text of the first heading of level 1.
    pub title: Option<String>,
    pub headings: Vec<Heading>,
}

#[derive(Debug, Serialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The `id` of its element; no two in a document are alike.
    pub id: String,
    pub text: String,
}

pub fn render(markdown: &str, raw_html: RawHtml) -> Rendered {
    let mut events: Vec<Event> =
        Parser::new_ext(markdown, dialect()).filter_map(|event| tame(event, raw_html)).collect();
    let headings = name_headings(&mut events);
    let mut rendered = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut rendered, events.into_iter());
    let title = headings.iter().find(|heading| heading.level == 1).map(|first| first.text.clone());
    Rendered { html: rendered, title, headings }
}

/// CommonMark with what GitHub adds to it.
fn dialect() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}

fn tame(event: Event<'_>, raw_html: RawHtml) -> Option<Event<'_>> {
    match event {
        Event::Html(source) | Event::InlineHtml(source) => match raw_html {
            RawHtml::Escape => Some(Event::Text(source)),
            RawHtml::Drop => None,
            RawHtml::Keep => Some(Event::Html(source)),
        },
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Some(Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id }))
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Some(Event::Start(Tag::Image { link_type, dest_url: safe(dest_url), title, id }))
        }
        other => Some(other),
    }
}

/// A destination that runs nothing when it is followed: relative, or of a known scheme.
fn safe(url: CowStr<'_>) -> CowStr<'_> {
    // A browser ignores these inside a scheme: `java\nscript:` is one.
    let plain: String = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let scheme = plain.split(['/', '?', '#']).next().and_then(|start| start.split_once(':'));
    match scheme {
        None => url,
        Some((name, _)) if SCHEMES.iter().any(|known| name.eq_ignore_ascii_case(known)) => url,
        Some(_) => "#".into(),
    }
}

const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Gives every heading an `id` made of its text.
fn name_headings(events: &mut [Event]) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut start = None;
    for at in 0..events.len() {
        match &events[at] {
            Event::Start(Tag::Heading { .. }) => start = Some(at),
            Event::End(TagEnd::Heading(level)) => {
                let level = *level;
                let Some(start) = start.take() else { continue };
                let text = text_of(&events[start..at]);
                let id = unique(slug(&text), &mut taken);
                if let Event::Start(Tag::Heading { id: slot, .. }) = &mut events[start] {
                    *slot = Some(id.clone().into());
                }
                headings.push(Heading { level: level as u8, id, text });
            }
            _ => {}
        }
    }
    headings
}

fn text_of(events: &[Event]) -> String {
    let pieces = events.iter().map(|event| match event {
        Event::Text(text) | Event::Code(text) => text,
        Event::SoftBreak | Event::HardBreak => " ",
        _ => "",
    });
    pieces.collect()
}

/// As GitHub makes them: lower case, letters, digits, `_` and `-`, a space becomes `-`.
fn slug(text: &str) -> String {
    let kept = text.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn unique(slug: String, taken: &mut HashMap<String, usize>) -> String {
    let mut id = slug.clone();
    while taken.contains_key(&id) {
        let count = taken.entry(slug.clone()).or_insert(0);
        *count += 1;
        id = format!("{slug}-{count}");
    }
    taken.insert(id.clone(), 0);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        render(markdown, RawHtml::Escape).html
    }

    #[test]
    fn no_script_gets_through() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[a](javascript:alert(1))",
            "[a](<JaVa\tScript:alert(1)>)",
            "[a](&#106;avascript:alert(1))",
            "![a](data:text/html;base64,PHNjcmlwdD4=)",
            "<javascript:alert(1)>",
            "[a][b]\n\n[b]: vbscript:x",
        ] {
            let rendered = html(hostile).to_lowercase();
            for sign in ["<script", "<img src=x", "href=\"j", "href=\"v", "src=\"data:"] {
                assert!(!rendered.contains(sign), "{hostile} gave {rendered}");
            }
        }
    }

    #[test]
    fn harmless_destinations_stay() {
        for url in ["https://example.com/a:b", "mailto:a@example.com", "a/b:c", "?q=a:b", "#a:b"] {
            assert!(html(&format!("[a]({url})")).contains(&format!("href=\"{url}\"")), "{url}");
        }
    }

    #[test]
    fn headings_have_ids_of_their_own() {
        let rendered = render("# A `b`\n## A b\n## A b\n# A-b-1", RawHtml::Escape);
        let ids: Vec<&str> = rendered.headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids, ["a-b", "a-b-1", "a-b-2", "a-b-1-1"]);
        assert_eq!(rendered.title.as_deref(), Some("A b"));
    }
}
