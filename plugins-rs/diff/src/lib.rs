//! Compares two texts, or a text with a document. Asks for no capability at all.

mod compare;

use serde::Deserialize;

use crate::exports::tenon::plugin::commands::{Call, Failure, Guest, Problem};
use crate::tenon::plugin::text::{self, Document};
use crate::tenon::plugin::types::ByteRange;

wit_bindgen::generate!({ path: "../../wit", world: "command-plugin" });

struct Diff;

export!(Diff);

impl Guest for Diff {
    fn run(call: Call) -> Result<String, Failure> {
        panics::to_log();
        let input: Input = serde_json::from_str(&call.input)
            .map_err(|error| invalid("", format!("give a text `before`: {error}")))?;
        let name = call.document.as_ref().map_or("after".into(), Document::uri);
        let after = match (input.after, call.document) {
            (Some(after), _) => after,
            (None, Some(document)) => whole(&document)?,
            (None, None) => return Err(invalid("/after", "give a text or a document")),
        };
        let answer = match call.id.as_str() {
            "diff.unified" => {
                let names = input.names.unwrap_or_else(|| ["before".into(), name]);
                let context = input.context.unwrap_or(3).min(1000);
                serde_json::to_string(&compare::unified(&input.before, &after, context, &names))
            }
            "diff.words" => serde_json::to_string(&compare::words(&input.before, &after)),
            _ => return Err(Failure::UnknownCommand),
        };
        Ok(answer.expect("texts and numbers are JSON"))
    }
}

#[derive(Deserialize)]
struct Input {
    before: String,
    /// The document where it is missing.
    after: Option<String>,
    context: Option<usize>,
    /// For the header of a unified diff.
    names: Option<[String; 2]>,
}

/// The text of a document. A slice may have 4 MiB, and so may a text that is compared.
fn whole(document: &Document) -> Result<String, Failure> {
    let snapshot = document.snapshot();
    snapshot.slice(ByteRange { start: 0, end: snapshot.size() }).map_err(|error| {
        Failure::Failed(match error {
            text::Error::TooLarge(most) => format!("the document has more than {most} bytes"),
            other => format!("the document cannot be read: {other}"),
        })
    })
}

fn invalid(path: &str, message: impl Into<String>) -> Failure {
    Failure::InvalidInput(vec![Problem { path: path.into(), message: message.into() }])
}
