//! Counts words: by command, and in the status bar whenever a document changes.

mod count;
mod documents;

use std::cell::RefCell;

use serde::Deserialize;

use crate::count::{Counts, Part};
use crate::exports::tenon::plugin::commands::{self, Call, Failure, Problem};
use crate::exports::tenon::plugin::events::{self, Event};
use crate::tenon::plugin::text;
use crate::tenon::plugin::ui::StatusItem;

wit_bindgen::generate!({
    path: "../../wit",
    // A world of our own, made of the contract's parts: what it exports is what we have.
    inline: "
        package acme:word-count;
        world word-count {
            include tenon:plugin/host@0.1.0;
            export tenon:plugin/commands@0.1.0;
            export tenon:plugin/events@0.1.0;
        }
    ",
    generate_all,
});

struct WordCount;

export!(WordCount);

impl commands::Guest for WordCount {
    fn run(call: Call) -> Result<String, Failure> {
        panics::to_log();
        match call.id.as_str() {
            "word-count.count" => {
                let counts = match call.document {
                    Some(document) => documents::count(&document).map_err(Failure::Failed)?,
                    None => count_input(&call.input)?,
                };
                Ok(serde_json::to_string(&counts).expect("numbers are JSON"))
            }
            _ => Err(Failure::UnknownCommand),
        }
    }
}

#[derive(Deserialize)]
struct Input {
    text: String,
}

fn count_input(input: &str) -> Result<Counts, Failure> {
    let Input { text } = serde_json::from_str(input).map_err(|error| {
        let message = format!("give a document, or an object with a `text`: {error}");
        Failure::InvalidInput(vec![Problem { path: String::new(), message }])
    })?;
    Ok(count::total([&Part::of(&text)]))
}

thread_local! {
    /// Our entry in the status bar: there while it is held.
    static STATUS: RefCell<Option<StatusItem>> = const { RefCell::new(None) };
}

#[derive(Deserialize)]
struct Changed {
    uri: String,
}

impl events::Guest for WordCount {
    fn handle(event: Event) -> Result<(), String> {
        panics::to_log();
        match event.name.as_str() {
            "document-changed" => {
                let changed: Changed = serde_json::from_str(&event.payload)
                    .map_err(|error| format!("the payload has no `uri`: {error}"))?;
                let document = text::open(&changed.uri)
                    .map_err(|error| format!("the document cannot be opened: {error}"))?;
                let counts = documents::count(&document)?;
                show(&format!("{} words", counts.words), &document.uri())
            }
            _ => Ok(()),
        }
    }
}

fn show(text: &str, tooltip: &str) -> Result<(), String> {
    STATUS.with_borrow_mut(|status| {
        let shown = match status {
            Some(item) => item.update(text, Some(tooltip)),
            None => StatusItem::show(text, Some(tooltip), Some("word-count.count"))
                .map(|item| *status = Some(item)),
        };
        shown.map_err(|refusal| refusal.to_string())
    })
}
