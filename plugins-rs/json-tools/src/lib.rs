//! Formats, minifies, checks and queries JSON, given as a text or as a document.

mod json;

use serde::Deserialize;
use serde_json::json as object;

use crate::exports::tenon::plugin::commands::{Call, Failure, Guest, Problem};
use crate::json::{Fault, Indent};
use crate::tenon::plugin::text::{self, Document, Edit, Mark, Severity, Snapshot};
use crate::tenon::plugin::types::ByteRange;

wit_bindgen::generate!({ path: "../../wit", world: "command-plugin" });

struct JsonTools;

export!(JsonTools);

impl Guest for JsonTools {
    fn run(call: Call) -> Result<String, Failure> {
        panics::to_log();
        let input = Input::read(&call.input)?;
        let source = Source::of(input.text.as_deref(), call.document)?;
        let answer = match call.id.as_str() {
            "json-tools.format" => {
                let value = source.parse()?;
                let indent = input.indent.unwrap_or_default();
                source.replace(json::format(&value, indent))?
            }
            "json-tools.minify" => {
                let value = source.parse()?;
                source.replace(json::minify(&value))?
            }
            "json-tools.check" => match json::parse(&source.text) {
                Ok(_) => source.mark(None).map(|()| object!({ "valid": true }))?,
                Err(fault) => {
                    source.mark(Some(&fault))?;
                    object!({ "valid": false, "fault": fault })
                }
            },
            "json-tools.query" => match json::query(&source.parse()?, &input.pointer) {
                Ok(found) => object!({ "found": true, "value": found }),
                Err(nearest) => object!({ "found": false, "nearest": nearest }),
            },
            _ => return Err(Failure::UnknownCommand),
        };
        Ok(answer.to_string())
    }
}

#[derive(Default, Deserialize)]
struct Input {
    text: Option<String>,
    indent: Option<Indent>,
    #[serde(default)]
    pointer: String,
}

impl Input {
    fn read(json: &str) -> Result<Self, Failure> {
        let input: Option<Self> =
            serde_json::from_str(json).map_err(|error| invalid("", error.to_string()))?;
        Ok(input.unwrap_or_default())
    }
}

/// The JSON to work on, and where it came from.
struct Source {
    text: String,
    document: Option<(Document, Snapshot)>,
}

impl Source {
    fn of(text: Option<&str>, document: Option<Document>) -> Result<Self, Failure> {
        match (text, document) {
            (Some(text), _) => Ok(Self { text: text.to_owned(), document: None }),
            (None, Some(document)) => {
                let snapshot = document.snapshot();
                let everything = ByteRange { start: 0, end: snapshot.size() };
                let text = snapshot.slice(everything).map_err(failed)?;
                Ok(Self { text, document: Some((document, snapshot)) })
            }
            (None, None) => Err(invalid("/text", "give a text or a document")),
        }
    }

    fn parse(&self) -> Result<serde_json::Value, Failure> {
        json::parse(&self.text).map_err(|Fault { line, column, message, .. }| {
            let message = format!("line {line}, column {column}: {message}");
            match self.document {
                Some(_) => Failure::Failed(message),
                None => invalid("/text", message),
            }
        })
    }

    /// A document is edited where it differs; a text is answered.
    fn replace(&self, after: String) -> Result<serde_json::Value, Failure> {
        let Some((document, snapshot)) = &self.document else {
            return Ok(object!({ "text": after }));
        };
        let edit = difference(&self.text, &after);
        let changed = edit.is_some();
        if let Some(edit) = edit {
            document.apply(snapshot.version(), &[edit]).map_err(failed)?;
        }
        Ok(object!({ "changed": changed }))
    }

    /// Marks the fault in a document, or takes the mark of the last check away.
    fn mark(&self, fault: Option<&Fault>) -> Result<(), Failure> {
        let Some((document, snapshot)) = &self.document else { return Ok(()) };
        let marks: Vec<Mark> = fault
            .map(|fault| Mark {
                range: ByteRange {
                    start: fault.offset,
                    end: fault.offset + character_at(&self.text, fault.offset),
                },
                kind: "syntax".into(),
                severity: Some(Severity::Error),
                message: Some(fault.message.clone()),
            })
            .into_iter()
            .collect();
        document.annotate(snapshot.version(), "json", &marks).map_err(failed)
    }
}

/// The one edit that turns `before` into `after`, without what both start and end with: marks and
/// cursors of the person outside it stay where they are.
fn difference(before: &str, after: &str) -> Option<Edit> {
    if before == after {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let start: usize =
        before.chars().zip(after.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old, new) = (&before[start..], &after[start..]);
    let tail = old.chars().rev().zip(new.chars().rev()).take_while(same);
    let end: usize = tail.map(|(c, _)| c.len_utf8()).sum();
    Some(Edit {
        range: ByteRange { start: start as u32, end: (before.len() - end) as u32 },
        insert: new[..new.len() - end].to_owned(),
    })
}

/// The size of the character at an offset; 0 at the end.
fn character_at(text: &str, offset: u32) -> u32 {
    text[offset as usize..].chars().next().map_or(0, |c| c.len_utf8() as u32)
}

fn failed(error: text::Error) -> Failure {
    Failure::Failed(match error {
        text::Error::TooLarge(limit) => format!("the document has more than {limit} bytes"),
        text::Error::Stale(_) => "the document was changed meanwhile; try again".into(),
        text::Error::ReadOnly => "the document is read-only".into(),
        other => other.to_string(),
    })
}

fn invalid(path: &str, message: impl Into<String>) -> Failure {
    Failure::InvalidInput(vec![Problem { path: path.into(), message: message.into() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edit_is_as_small_as_it_can_be() {
        let edit = difference("{\"é\":1}", "{\"é\": 1}").unwrap();
        assert_eq!((edit.range.start, edit.range.end, edit.insert.as_str()), (6, 6, " "));
        let edit = difference("aaa", "aa").unwrap();
        assert_eq!((edit.range.start, edit.range.end, edit.insert.as_str()), (2, 3, ""));
        assert!(difference("é", "é").is_none());
    }
}
