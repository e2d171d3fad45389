//! Highlights source code, for a page or a terminal. Prepared while the application is idle.

mod paint;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::exports::tenon::plugin::commands::{self, Call, Failure, Problem};
use crate::exports::tenon::plugin::lifecycle::{self, Context};
use crate::tenon::plugin::settings;
use crate::tenon::plugin::text::{self, Document};
use crate::tenon::plugin::types::ByteRange;

wit_bindgen::generate!({
    path: "../../wit",
    inline: "
        package acme:highlight;
        world highlight {
            include tenon:plugin/host@0.1.0;
            export tenon:plugin/lifecycle@0.1.0;
            export tenon:plugin/commands@0.1.0;
        }
    ",
    generate_all,
});

struct Highlight;

export!(Highlight);

impl lifecycle::Guest for Highlight {
    /// The costly part, done before it is needed where the `idle` event starts us.
    fn activate(_: Context) -> Result<(), String> {
        paint::warm_up();
        Ok(())
    }

    fn deactivate() {}
}

impl commands::Guest for Highlight {
    fn run(call: Call) -> Result<String, Failure> {
        let input = Input::read(&call.input)?;
        let answer = match call.id.as_str() {
            "highlight.html" => Source::of(input, call.document)?.html()?,
            "highlight.ansi" => Source::of(input, call.document)?.ansi()?,
            "highlight.css" => json!({ "css": paint::css(theme(&input)?).map_err(failed)? }),
            "highlight.languages" => {
                json!({ "languages": paint::languages(), "themes": paint::themes() })
            }
            _ => return Err(Failure::UnknownCommand),
        };
        bounded(answer.to_string())
    }
}

#[derive(Default, Deserialize)]
struct Input {
    text: Option<String>,
    language: Option<String>,
    theme: Option<String>,
    /// How many lines from the start; all where it is missing.
    lines: Option<usize>,
    #[serde(default)]
    style: HtmlStyle,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum HtmlStyle {
    #[default]
    Inline,
    Classes,
}

impl Input {
    fn read(json: &str) -> Result<Self, Failure> {
        let input: Option<Self> =
            serde_json::from_str(json).map_err(|error| invalid("", error.to_string()))?;
        Ok(input.unwrap_or_default())
    }
}

/// What to highlight, and how.
struct Source {
    text: String,
    grammar: &'static paint::Grammar,
    theme: &'static paint::Theme,
    style: HtmlStyle,
}

impl Source {
    fn of(input: Input, document: Option<Document>) -> Result<Self, Failure> {
        let theme = theme(&input)?;
        let (mut text, language) = match (input.text, document) {
            (Some(text), _) => (text, input.language),
            (None, Some(document)) => {
                let language = input.language.unwrap_or_else(|| document.language());
                (whole(&document)?, Some(language))
            }
            (None, None) => return Err(invalid("/text", "give a text or a document")),
        };
        if let Some(lines) = input.lines {
            text.truncate(text.split_inclusive('\n').take(lines).map(str::len).sum());
        }
        let grammar = paint::grammar(language.as_deref(), &text);
        Ok(Self { text, grammar, theme, style: input.style })
    }

    fn html(&self) -> Result<serde_json::Value, Failure> {
        let html = match self.style {
            HtmlStyle::Inline => paint::html(&self.text, self.grammar, self.theme),
            HtmlStyle::Classes => paint::classed_html(&self.text, self.grammar),
        };
        Ok(json!({ "language": self.grammar.name, "html": html.map_err(failed)? }))
    }

    fn ansi(&self) -> Result<serde_json::Value, Failure> {
        let ansi = paint::ansi(&self.text, self.grammar, self.theme).map_err(failed)?;
        Ok(json!({ "language": self.grammar.name, "ansi": ansi }))
    }
}

/// The theme that was asked for, or else the one that the person chose.
fn theme(input: &Input) -> Result<&'static paint::Theme, Failure> {
    let chosen = || settings::get("theme").and_then(|json| serde_json::from_str(&json).ok());
    let name: Option<String> = input.theme.clone().or_else(chosen);
    paint::theme(name.as_deref().unwrap_or("base16-ocean.dark")).ok_or_else(|| {
        let message = format!("no such theme; there are: {}", paint::themes().join(", "));
        invalid("/theme", message)
    })
}

/// The text of a document. A slice may have 4 MiB: more than the answer may.
fn whole(document: &Document) -> Result<String, Failure> {
    let snapshot = document.snapshot();
    snapshot.slice(ByteRange { start: 0, end: snapshot.size() }).map_err(|error| {
        Failure::Failed(match error {
            text::Error::TooLarge(most) => format!("the document has more than {most} bytes"),
            other => format!("the document cannot be read: {other}"),
        })
    })
}

/// The contract allows 1 MiB of JSON; colours make a text about ten times as long.
fn bounded(answer: String) -> Result<String, Failure> {
    const MOST: usize = 1024 * 1024;
    if answer.len() <= MOST {
        return Ok(answer);
    }
    let message = format!("the answer has {} bytes; ask for fewer `lines`", answer.len());
    Err(Failure::Failed(message))
}

fn failed(error: paint::Error) -> Failure {
    Failure::Failed(error.to_string())
}

fn invalid(path: &str, message: impl Into<String>) -> Failure {
    Failure::InvalidInput(vec![Problem { path: path.into(), message: message.into() }])
}
