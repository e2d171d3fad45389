//! Renders Markdown as HTML that is safe to show. Started early when a Markdown document is opened.

mod render;

use serde::Deserialize;

use crate::exports::tenon::plugin::commands::{Call, Failure, Guest, Problem};
use crate::render::{RawHtml, render};
use crate::tenon::plugin::settings;
use crate::tenon::plugin::text::{self, Document};
use crate::tenon::plugin::types::ByteRange;

wit_bindgen::generate!({ path: "../../wit", world: "command-plugin" });

struct Markdown;

export!(Markdown);

impl Guest for Markdown {
    fn run(call: Call) -> Result<String, Failure> {
        panics::to_log();
        let input = Input::read(&call.input)?;
        let text = match (input.text, call.document) {
            (Some(text), _) => text,
            (None, Some(document)) => whole(&document)?,
            (None, None) => return Err(invalid("/text", "give a text or a document")),
        };
        let rendered = render(&text, input.raw_html.unwrap_or_else(preferred));
        let answer = match call.id.as_str() {
            "markdown.render" => serde_json::to_string(&rendered),
            "markdown.outline" => serde_json::to_string(&rendered.headings),
            _ => return Err(Failure::UnknownCommand),
        };
        Ok(answer.expect("texts and numbers are JSON"))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    text: Option<String>,
    raw_html: Option<RawHtml>,
}

impl Input {
    fn read(json: &str) -> Result<Self, Failure> {
        let input: Option<Self> =
            serde_json::from_str(json).map_err(|error| invalid("", error.to_string()))?;
        Ok(input.unwrap_or_default())
    }
}

/// What the person chose; the manifest has the default.
fn preferred() -> RawHtml {
    let chosen = settings::get("rawHtml").and_then(|json| serde_json::from_str(&json).ok());
    chosen.unwrap_or_default()
}

/// The text of a document. A slice may have 4 MiB, and so may the Markdown.
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
