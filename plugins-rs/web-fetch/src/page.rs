//! What a web page says about itself, and what it links to. Knows nothing of plugins.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};
use serde::Serialize;
use url::Url;

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    pub title: Option<String>,
    pub description: Option<String>,
    pub links: Vec<Link>,
    /// There were more links than were asked for.
    pub more: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Absolute; `http`, `https` or `mailto`.
    pub url: String,
    /// What the person clicks on.
    pub text: String,
}

/// Reads a page that came from `url`; at most `limit` links of it.
pub fn read(html: &[u8], url: &Url, limit: usize) -> Page {
    let mut emitter = DefaultEmitter::default();
    // Without a tree, so that `<script>` and `<title>` hold text and no tags.
    emitter.naively_switch_states(true);
    let mut reader =
        Reader { base: url.clone(), limit, page: Page::default(), inside: Inside::Body };
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        reader.token(token);
    }
    reader.finish()
}

struct Reader {
    base: Url,
    limit: usize,
    page: Page,
    inside: Inside,
}

/// Whose text comes next.
enum Inside {
    Body,
    Title(String),
    /// The last link's.
    Link,
    /// A script's or a style sheet's: nobody's.
    Code,
}

impl Reader {
    fn token(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&tag.name),
            Token::String(text) => match &mut self.inside {
                Inside::Title(title) => title.push_str(&String::from_utf8_lossy(&text)),
                Inside::Link => {
                    if let Some(link) = self.page.links.last_mut() {
                        link.text.push_str(&String::from_utf8_lossy(&text));
                    }
                }
                Inside::Body | Inside::Code => {}
            },
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        match tag.name.as_slice() {
            b"title" if self.page.title.is_none() => self.inside = Inside::Title(String::new()),
            b"script" | b"style" => self.inside = Inside::Code,
            b"base" => {
                if let Some(base) = attribute(tag, "href").and_then(|href| self.resolve(&href)) {
                    self.base = base;
                }
            }
            b"meta" => {
                let name = attribute(tag, "name").or_else(|| attribute(tag, "property"));
                let describes = matches!(name.as_deref(), Some("description" | "og:description"));
                if describes && self.page.description.is_none() {
                    self.page.description = attribute(tag, "content").map(|text| tidy(&text));
                }
            }
            b"a" | b"area" => self.link(tag),
            b"img" if matches!(self.inside, Inside::Link) => {
                if let (Some(link), Some(alt)) = (self.page.links.last_mut(), attribute(tag, "alt"))
                {
                    link.text.push_str(&alt);
                }
            }
            _ => {}
        }
    }

    fn link(&mut self, tag: &StartTag<()>) {
        self.inside = Inside::Body;
        let target = attribute(tag, "href").and_then(|href| self.resolve(&href));
        let Some(url) = target.filter(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
        else {
            return;
        };
        if self.page.links.len() == self.limit {
            self.page.more = true;
            return;
        }
        let text = attribute(tag, "alt").unwrap_or_default();
        self.page.links.push(Link { url: url.into(), text });
        if tag.name.as_slice() == b"a" {
            self.inside = Inside::Link;
        }
    }

    fn end(&mut self, name: &HtmlString) {
        let inside = std::mem::replace(&mut self.inside, Inside::Body);
        match (inside, name.as_slice()) {
            (Inside::Title(title), b"title") => self.page.title = Some(tidy(&title)),
            (Inside::Link, b"a") | (Inside::Code, b"script" | b"style") => {}
            (other, _) => self.inside = other,
        }
    }

    fn resolve(&self, href: &str) -> Option<Url> {
        self.base.join(href).ok()
    }

    fn finish(mut self) -> Page {
        for link in &mut self.page.links {
            link.text = tidy(&link.text);
        }
        self.page
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    tag.attributes.get(name.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
}

/// One line, one space between words, 300 characters.
fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        read(html.as_bytes(), &Url::parse("https://example.com/a/b?c").unwrap(), 3)
    }

    fn links(html: &str) -> Vec<(String, String)> {
        page(html).links.into_iter().map(|link| (link.url, link.text)).collect()
    }

    fn link(url: &str, text: &str) -> (String, String) {
        (url.into(), text.into())
    }

    #[test]
    fn the_head_names_the_page() {
        let page = page(
            "<!doctype html><TITLE>\n A &amp; B </TITLE><meta name=description content='What it is'>\
             <svg><title>not this</title></svg>",
        );
        assert_eq!(page.title.as_deref(), Some("A & B"));
        assert_eq!(page.description.as_deref(), Some("What it is"));
    }

    #[test]
    fn links_are_absolute() {
        assert_eq!(
            links("<a href='../x y'>one</a> <a href=//b.org>two</a> <a href='?q#f'>three</a>"),
            [
                link("https://example.com/x%20y", "one"),
                link("https://b.org/", "two"),
                link("https://example.com/a/b?q#f", "three"),
            ]
        );
        assert_eq!(links("<base href=/z/><a href=y>n</a>"), [link("https://example.com/z/y", "n")]);
    }

    #[test]
    fn what_runs_is_no_link() {
        assert!(links("<a href='javascript:x'>n</a><a href='data:,x'>n</a><a>n</a>").is_empty());
        assert!(links("<script>'<a href=/x>no</a>'</script><!-- <a href=/x>no</a> -->").is_empty());
        assert!(page("<title><a href=/x></title>").links.is_empty());
    }

    #[test]
    fn tags_within_a_link_do_not_end_it() {
        let html = "<a href=/x>a <b>bold</b>\n<img alt=picture> <script>no</script>";
        assert_eq!(links(html), [link("https://example.com/x", "a bold picture")]);
    }

    #[test]
    fn there_may_be_more() {
        let html = "<a href=/x>y</a>".repeat(4);
        assert_eq!((page(&html).links.len(), page(&html).more), (3, true));
    }

    #[test]
    fn any_bytes_are_a_page() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        read(&bytes, &Url::parse("https://example.com").unwrap(), 3);
        assert_eq!(read(b"<title>\xff", &Url::parse("https://e.com").unwrap(), 3).title, None);
    }
}
