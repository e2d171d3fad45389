/// Where a text may be divided so that each part can be worked on by itself.
pub trait Cut {
    /// Whether a cut is one is decided by this many bytes before it and this many after it.
    const BEFORE: u32;
    const AFTER: u32;

    /// The first cut at or after `from`, as far as `text` tells. Never 0.
    fn find(text: &str, from: usize) -> Option<usize>;
}

/// After line feeds.
pub struct Feeds;

impl Cut for Feeds {
    const BEFORE: u32 = 1;
    const AFTER: u32 = 0;

    fn find(text: &str, from: usize) -> Option<usize> {
        cuts(text, from).find(|at| text.as_bytes()[at - 1] == b'\n')
    }
}

/// After line breaks: `\n`, `\r\n` and a lone `\r`.
pub struct Lines;

impl Cut for Lines {
    const BEFORE: u32 = 1;
    const AFTER: u32 = 1;

    fn find(text: &str, from: usize) -> Option<usize> {
        cuts(text, from).find(|at| ends_line(text.as_bytes(), *at))
    }
}

/// After line breaks, and where a sentence begins beyond doubt: no word, character or sentence reaches
/// across, whatever stands around it (UAX #29: SB11, WB999, GB999).
pub struct Sentences;

impl Cut for Sentences {
    const BEFORE: u32 = 2;
    const AFTER: u32 = 1;

    fn find(text: &str, from: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        cuts(text, from).find(|at| {
            ends_line(bytes, *at)
                || *at >= 2
                    && matches!(bytes[at - 2..*at], [b'.' | b'?' | b'!', b' '])
                    && bytes.get(*at).is_some_and(u8::is_ascii_uppercase)
        })
    }
}

fn cuts(text: &str, from: usize) -> impl Iterator<Item = usize> {
    from.max(1)..=text.len()
}

/// A `\r` at the very end may be half of a `\r\n`: it does not tell.
fn ends_line(text: &[u8], at: usize) -> bool {
    match text[at - 1] {
        b'\n' => true,
        b'\r' => text.get(at).is_some_and(|next| *next != b'\n'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all<C: Cut>(text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        while let Some(at) = C::find(text, found.last().map_or(0, |last| last + 1)) {
            found.push(at);
        }
        found
    }

    #[test]
    fn lines_end_once() {
        assert_eq!(all::<Lines>("a\r\nb\rc\n\r"), [3, 5, 7]);
        assert_eq!(all::<Feeds>("a\r\nb\rc\n\r"), [3, 7]);
    }

    #[test]
    fn sentences_begin_where_no_rule_forbids_it() {
        assert_eq!(all::<Sentences>("A b. C? d! E.F.  G. H"), [5, 11, 20]);
        assert_eq!(all::<Sentences>("é. É. Ö\nx. "), [11]);
    }
}
