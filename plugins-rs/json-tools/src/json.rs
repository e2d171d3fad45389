//! Reading and writing JSON. Knows nothing of plugins.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Why a text is not JSON, and where.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// One-based.
    pub line: u32,
    /// One-based, in characters.
    pub column: u32,
    /// Zero-based, in UTF-8 bytes from the start of the text.
    pub offset: u32,
    pub message: String,
}

/// What a level of nesting is indented by.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Indent {
    Spaces(u8),
    Tab(Tab),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tab {
    Tab,
}

impl Default for Indent {
    fn default() -> Self {
        Self::Spaces(2)
    }
}

/// Reads JSON. Numbers keep their digits and objects the order of their keys; where a key occurs
/// twice, the last one counts.
pub fn parse(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| locate(text, &error))
}

pub fn format(value: &Value, indent: Indent) -> String {
    let unit = match indent {
        Indent::Spaces(count) => vec![b' '; usize::from(count.min(16))],
        Indent::Tab(_) => vec![b'\t'],
    };
    let mut bytes = Vec::new();
    let mut writer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(&unit));
    value.serialize(&mut writer).expect("a value is JSON");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

pub fn minify(value: &Value) -> String {
    value.to_string()
}

/// What a JSON Pointer (RFC 6901) leads to, or else the longest part of it that leads somewhere.
pub fn query<'v, 'p>(value: &'v Value, pointer: &'p str) -> Result<&'v Value, &'p str> {
    value.pointer(pointer).ok_or_else(|| {
        let mut nearest = pointer;
        while value.pointer(nearest).is_none() {
            nearest = nearest.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        nearest
    })
}

fn locate(text: &str, error: &serde_json::Error) -> Fault {
    // serde_json ends lines at `\n` alone and counts columns in bytes, from 1; 0 is a line's end.
    let mut start = 0;
    for line in text.split_inclusive('\n').take(error.line().saturating_sub(1)) {
        start += line.len();
    }
    let mut offset = (start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let breaks = before.matches(['\n', '\r']).count() - before.matches("\r\n").count();
    let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let message = error.to_string();
    let reason = message.rfind(" at line ").map_or(message.as_str(), |at| &message[..at]);
    Fault {
        line: breaks as u32 + 1,
        column: before[line_start..].chars().count() as u32 + 1,
        offset: offset as u32,
        message: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (u32, u32, u32) {
        let fault = parse(text).unwrap_err();
        (fault.line, fault.column, fault.offset)
    }

    #[test]
    fn points_at_the_character_that_is_wrong() {
        assert_eq!(fault("{\n  \"é\": nul,\n}"), (2, 11, 13));
        assert_eq!(fault("[1,\r\n\r\n oops]"), (3, 2, 8));
        assert_eq!(fault("[1 2]"), (1, 4, 3));
        assert_eq!(fault("[1]\n]"), (2, 1, 4));
        assert_eq!(fault("{\"a\": \"\u{1}\"}").0, 1);
    }

    #[test]
    fn an_end_that_comes_too_early_is_at_the_end() {
        assert_eq!(fault(""), (1, 1, 0));
        assert_eq!(fault("[\n"), (2, 1, 2));
    }

    #[test]
    fn no_offset_is_outside_the_text_or_inside_a_character() {
        let text = "{\"ключ\": [\"🦀\", tru], \"b\": }\r\n";
        for (end, _) in text.char_indices() {
            if let Err(fault) = parse(&text[..end]) {
                assert!(text[..end].is_char_boundary(fault.offset as usize), "cut at {end}");
            }
        }
    }

    #[test]
    fn what_was_written_comes_back() {
        let text = r#"{"b":1.00e+3,"a":12345678901234567890123,"c":["é\u0000"]}"#;
        assert_eq!(minify(&parse(text).unwrap()), text);
        let formatted = format(&parse(text).unwrap(), Indent::default());
        assert_eq!(minify(&parse(&formatted).unwrap()), text);
    }

    #[test]
    fn a_pointer_that_leads_nowhere_says_how_far_it_leads() {
        let value = parse(r#"{"a":{"b":[1]},"":{"/":2}}"#).unwrap();
        assert_eq!(query(&value, "/a/b/0").map(Value::to_string), Ok("1".into()));
        assert_eq!(query(&value, "//~1").map(Value::to_string), Ok("2".into()));
        assert_eq!(query(&value, "/a/b/1/c").err(), Some("/a/b"));
        assert_eq!(query(&value, "x").err(), Some(""));
    }

    #[test]
    fn nesting_without_end_is_a_fault() {
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
