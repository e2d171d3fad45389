//! Counts words: by command, and in the status bar whenever a document is saved.

mod count;

use std::cell::RefCell;

use serde::Deserialize;

use crate::count::{Counter, Counts};
use crate::exports::tenon::plugin::commands::{self, Call, Failure, Problem};
use crate::exports::tenon::plugin::events::{self, Event};
use crate::tenon::plugin::text::{self, Document, Snapshot};
use crate::tenon::plugin::types::ByteRange;
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
        match call.id.as_str() {
            "word-count.count" => {
                let counts = match call.document {
                    Some(document) => count_document(&document).map_err(Failure::Failed)?,
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
    let mut counter = Counter::new();
    counter.add(&text);
    Ok(counter.finish())
}

/// The contract allows 4 MiB a slice; less keeps our own memory small.
const PIECE: u32 = 256 * 1024;

fn count_document(document: &Document) -> Result<Counts, String> {
    let snapshot = document.snapshot();
    let size = snapshot.size();
    let mut counter = Counter::new();
    let mut start = 0;
    while start < size {
        let piece = read(&snapshot, start, size.min(start.saturating_add(PIECE)))?;
        start += piece.len() as u32;
        counter.add(&piece);
    }
    Ok(counter.finish())
}

/// A slice that ends at `end`, or up to three bytes earlier where that would cut a character.
fn read(snapshot: &Snapshot, start: u32, end: u32) -> Result<String, String> {
    match snapshot.slice(ByteRange { start, end }) {
        Ok(piece) => Ok(piece),
        Err(text::Error::InsideCharacter(at)) if at == end => read(snapshot, start, end - 1),
        Err(error) => Err(format!("the document cannot be read: {error}")),
    }
}

thread_local! {
    /// Our entry in the status bar: there while it is held.
    static STATUS: RefCell<Option<StatusItem>> = const { RefCell::new(None) };
}

#[derive(Deserialize)]
struct Saved {
    uri: String,
}

impl events::Guest for WordCount {
    fn handle(event: Event) -> Result<(), String> {
        match event.name.as_str() {
            "document.saved" => {
                let saved: Saved = serde_json::from_str(&event.payload)
                    .map_err(|error| format!("the payload has no `uri`: {error}"))?;
                let document = text::open(&saved.uri)
                    .map_err(|error| format!("the document cannot be opened: {error}"))?;
                let counts = count_document(&document)?;
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
