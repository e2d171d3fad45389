//! What pages said, for as long as it may be taken for true. A cache that was not granted, that is
//! full or that refuses a key is one that has nothing: the page is fetched then.

use url::Url;

use crate::tenon::plugin::cache::{Error, Keeping, Namespace};

const LASTS_MS: u64 = 5 * 60 * 1000;

/// The answer that was given about a page, if it is not too old.
pub fn find(url: &Url, limit: usize) -> Option<String> {
    let bytes = pages().ok()?.get(&key(url, limit)).ok()??;
    String::from_utf8(bytes).ok()
}

pub fn keep(url: &Url, limit: usize, answer: &str) {
    let keeping = Keeping { ttl_ms: Some(LASTS_MS), tags: vec![tag(url)], depends_on: Vec::new() };
    // Nothing is lost where it is not kept.
    let _ = pages().and_then(|pages| pages.set(&key(url, limit), answer.as_bytes(), &keeping));
}

/// Drops what is kept of a page, whatever the limits were that it was asked for with.
pub fn forget(url: &Url) {
    let _ = pages().and_then(|pages| pages.invalidate_tag(&tag(url)));
}

fn pages() -> Result<Namespace, Error> {
    Namespace::open("pages")
}

fn key(url: &Url, limit: usize) -> String {
    format!("{limit} {}", tag(url))
}

/// The page: what follows `#` is a place in it.
fn tag(url: &Url) -> String {
    let mut page = url.clone();
    page.set_fragment(None);
    page.into()
}
