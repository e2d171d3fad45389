//! Puts a document in upper case. The plugin that docs/writing-plugins.md builds, step by step.

use crate::exports::tenon::plugin::commands::{Call, Failure, Guest};
use crate::tenon::plugin::log::{self, Level};
use crate::tenon::plugin::text::{Edit, Error};
use crate::tenon::plugin::types::ByteRange;

wit_bindgen::generate!({ path: "../../wit", world: "command-plugin" });

struct Upper;

export!(Upper);

impl Guest for Upper {
    fn run(call: Call) -> Result<String, Failure> {
        log_panics();
        let document = call.document.ok_or(Failure::Failed("run it on a document".into()))?;
        let snapshot = document.snapshot();
        let range = ByteRange { start: 0, end: snapshot.size() };
        let text = snapshot.slice(range).map_err(failed)?;
        let edit = Edit { range, insert: text.to_uppercase() };
        document.apply(snapshot.version(), &[edit]).map_err(failed)?;
        Ok(format!("{{\"bytes\":{}}}", range.end))
    }
}

/// A panic ends in a trap, which has no words: its message goes to the log first.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| log::write(Level::Error, &panic.to_string(), &[])));
}

fn failed(error: Error) -> Failure {
    Failure::Failed(error.to_string())
}
