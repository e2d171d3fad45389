//! Highlights source code, for a page or a terminal. Prepared while the application is idle.

mod brush;
mod coloured;
mod documents;
mod paint;

use serde::Deserialize;
use serde_json::json;

use crate::brush::{Format, Style};
use crate::coloured::{Coloured, Problem, Whole};
use crate::exports::tenon::plugin::commands::Problem as InputProblem;
use crate::exports::tenon::plugin::commands::{self, Call, Failure};
use crate::exports::tenon::plugin::lifecycle::{self, Context};
use crate::tenon::plugin::settings;
use crate::tenon::plugin::text::Document;

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
        panics::to_log();
        paint::warm_up();
        Ok(())
    }

    fn deactivate() {}
}

impl commands::Guest for Highlight {
    fn run(call: Call) -> Result<String, Failure> {
        let input = Input::read(&call.input)?;
        let answer = match call.id.as_str() {
            "highlight.html" => {
                let style = match input.style {
                    HtmlStyle::Inline => Style::Inline,
                    HtmlStyle::Classes => Style::Classes,
                };
                let (language, html) = painted(&input, call.document, style)?;
                json!({ "language": language, "html": html })
            }
            "highlight.ansi" => {
                let (language, ansi) = painted(&input, call.document, Style::Ansi)?;
                json!({ "language": language, "ansi": ansi })
            }
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
    /// The line to begin with, zero-based, and how many; all where it is missing.
    #[serde(default)]
    first: usize,
    lines: Option<usize>,
    #[serde(default)]
    style: HtmlStyle,
}

#[derive(Clone, Copy, Default, Deserialize)]
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

/// The name of the language, and the painted lines.
fn painted(
    input: &Input,
    document: Option<Document>,
    style: Style,
) -> Result<(&'static str, String), Failure> {
    let format = Format { style, theme: theme(input)? };
    let lines = input.lines.unwrap_or(usize::MAX);
    match (&input.text, document) {
        (Some(text), _) => {
            let first_line = || text.lines().next().unwrap_or("").to_owned();
            let grammar = paint::grammar(input.language.as_deref(), first_line);
            let mut coloured = Coloured::new(grammar, text.len() as u32);
            let painted = coloured.paint(&Whole(text), format, input.first, lines);
            Ok((
                &grammar.name,
                painted.map_err(|problem| failure(problem, |never| match never {}))?,
            ))
        }
        (None, Some(document)) => {
            let language = input.language.clone().unwrap_or_else(|| document.language());
            documents::paint(&document, &language, format, input.first, lines).map_err(|problem| {
                failure(problem, |error| format!("the document cannot be read: {error}"))
            })
        }
        (None, None) => Err(invalid("/text", "give a text or a document")),
    }
}

fn failure<E>(problem: Problem<E>, unreadable: impl FnOnce(E) -> String) -> Failure {
    Failure::Failed(match problem {
        Problem::Read(error) => unreadable(error),
        Problem::LongLine(most) => format!("a line has more than {most} bytes"),
        Problem::TooMuch(most) => {
            format!("the answer has over {most} bytes; ask for fewer `lines`")
        }
        Problem::Grammar(error) => error.to_string(),
    })
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
    Failure::InvalidInput(vec![InputProblem { path: path.into(), message: message.into() }])
}
