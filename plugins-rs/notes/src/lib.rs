//! Keeps notes in the plugin's own storage. Two windows that change one note never lose a change:
//! the second is told what the note has become.

mod store;

use std::cell::OnceCell;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::exports::tenon::plugin::commands::{self, Call, Failure, Problem};
use crate::exports::tenon::plugin::lifecycle::{self, Context};
use crate::store::{Change, Error, Notes};
use crate::tenon::plugin::types::Refusal;
use crate::tenon::plugin::{bus, kv, log};

wit_bindgen::generate!({
    path: "../../wit",
    inline: "
        package acme:notes;
        world notes {
            include tenon:plugin/host@0.1.0;
            export tenon:plugin/lifecycle@0.1.0;
            export tenon:plugin/commands@0.1.0;
        }
    ",
    generate_all,
});

struct Plugin;

export!(Plugin);

thread_local! {
    /// Opened by `activate`, closed with the instance.
    static NOTES: OnceCell<Notes> = const { OnceCell::new() };
}

impl lifecycle::Guest for Plugin {
    /// Started with the application, so that storage that can't be used is known at once.
    fn activate(_: Context) -> Result<(), String> {
        panics::to_log();
        let notes = Notes::open().map_err(explain)?;
        NOTES.with(|cell| cell.set(notes).map_err(|_| "activated twice".to_owned()))
    }

    fn deactivate() {}
}

impl commands::Guest for Plugin {
    fn run(call: Call) -> Result<String, Failure> {
        let answer = NOTES.with(|cell| {
            let notes = cell.get().expect("activate comes first");
            run(notes, &call)
        })?;
        Ok(answer.to_string())
    }
}

fn run(notes: &Notes, call: &Call) -> Result<Value, Failure> {
    match call.id.as_str() {
        "notes.add" => {
            let Add { title, text } = read(&call.input)?;
            let added = notes.add(title, text).map_err(failed)?;
            tell("added", &json!({ "id": added.id, "title": added.note.title }));
            Ok(json!({ "id": added.id, "revision": added.revision }))
        }
        "notes.list" => {
            let List { cursor, limit } = read::<Option<List>>(&call.input)?.unwrap_or_default();
            let page = notes.list(cursor.as_deref(), limit.unwrap_or(100)).map_err(failed)?;
            Ok(json!(page))
        }
        "notes.get" => {
            let One { id } = read(&call.input)?;
            match notes.get(id) {
                Ok(note) => Ok(json!(note)),
                Err(Error::Missing) => Ok(Value::Null),
                Err(error) => Err(failed(error)),
            }
        }
        "notes.update" => {
            let Update { id, revision, title, text } = read(&call.input)?;
            match notes.update(id, revision, Change { title, text }) {
                Ok(note) => Ok(json!({ "updated": true, "note": note })),
                Err(Error::Conflict(current)) => Ok(json!({ "updated": false, "note": current })),
                Err(error) => Err(failed(error)),
            }
        }
        "notes.delete" => {
            let One { id } = read(&call.input)?;
            Ok(json!({ "deleted": notes.delete(id).map_err(failed)? }))
        }
        _ => Err(Failure::UnknownCommand),
    }
}

#[derive(Deserialize)]
struct Add {
    title: Option<String>,
    text: String,
}

#[derive(Default, Deserialize)]
struct List {
    cursor: Option<String>,
    limit: Option<u32>,
}

#[derive(Deserialize)]
struct One {
    id: u64,
}

#[derive(Deserialize)]
struct Update {
    id: u64,
    /// The revision that was read.
    revision: u64,
    title: Option<String>,
    text: Option<String>,
}

/// Tells other plugins. Nobody need listen, and without the grant nobody does.
fn tell(name: &str, payload: &Value) {
    if let Err(refusal) = bus::emit(name, &payload.to_string()) {
        let fields = [("event".to_owned(), name.to_owned())];
        log::write(log::Level::Debug, &format!("not told: {refusal}"), &fields);
    }
}

fn explain(error: Error) -> String {
    match error {
        Error::Storage(kv::Error::Refused(refusal)) => match refusal {
            Refusal::Denied(why) | Refusal::Unavailable(why) | Refusal::Quota(why) => why,
            Refusal::Cancelled => "called off".into(),
        },
        Error::Storage(kv::Error::TooLarge(most)) => format!("a note has at most {most} bytes"),
        Error::Storage(kv::Error::Conflict) => "others write too often; try again".into(),
        Error::Storage(error) => format!("storage failed: {error}"),
        Error::Conflict(_) => "the note was changed meanwhile".into(),
        Error::Missing => "there is no such note".into(),
        Error::TooNew => "the notes were written by a later version of this plugin".into(),
        Error::Unreadable => "what is stored is not readable".into(),
    }
}

fn failed(error: Error) -> Failure {
    Failure::Failed(explain(error))
}

fn read<'i, Input: Deserialize<'i>>(json: &'i str) -> Result<Input, Failure> {
    serde_json::from_str(json).map_err(|error| {
        Failure::InvalidInput(vec![Problem { path: String::new(), message: error.to_string() }])
    })
}
