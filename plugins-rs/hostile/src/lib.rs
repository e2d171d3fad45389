//! Does what no plugin should, one command a misdeed, to show and to test that the host and the
//! other plugins do not care. The settings make it misbehave at its start and at its end as well.

#![cfg(target_arch = "wasm32")]

mod crash;
mod flood;
mod forge;
mod raw;
mod remember;
mod trespass;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::exports::tenon::plugin::commands::{self, Call, Failure};
use crate::exports::tenon::plugin::events::{self, Event};
use crate::exports::tenon::plugin::lifecycle::{self, Context};
use crate::tenon::plugin::settings;
use crate::tenon::plugin::text::Document;

wit_bindgen::generate!({ path: "../../wit", world: "plugin" });

struct Hostile;

export!(Hostile);

impl lifecycle::Guest for Hostile {
    fn activate(_: Context) -> Result<(), String> {
        panics::to_log();
        behave(&setting("activate"))
    }

    fn deactivate() {
        // There is nobody to tell of a failure.
        let _ = behave(&setting("deactivate"));
    }
}

impl events::Guest for Hostile {
    /// The payload of `hostile.poke` says how to behave.
    fn handle(event: Event) -> Result<(), String> {
        let manner: Option<String> =
            serde_json::from_str(&event.payload).map_err(|error| error.to_string())?;
        behave(&manner.unwrap_or_default())
    }
}

fn behave(manner: &str) -> Result<(), String> {
    match manner {
        "trap" => crash::trap(),
        "loop" => crash::spin(),
        "fail" => Err("\u{1b}[31mon purpose\u{202e}".into()),
        _ => Ok(()),
    }
}

fn setting(key: &str) -> String {
    settings::get(key).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

impl commands::Guest for Hostile {
    fn run(call: Call) -> Result<String, Failure> {
        let input: Option<Input> = serde_json::from_str(&call.input)
            .map_err(|error| Failure::Failed(error.to_string()))?;
        misbehave(&call.id, &input.unwrap_or_default(), call.document.as_ref())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    /// How often, or how many.
    count: Option<u32>,
    /// How large, in bytes.
    size: Option<usize>,
    handle: Option<u32>,
    kind: String,
}

fn misbehave(command: &str, input: &Input, document: Option<&Document>) -> Result<String, Failure> {
    let count = |default: u32| input.count.unwrap_or(default);
    let size = |default: usize| input.size.unwrap_or(default);
    let needed = || document.ok_or_else(|| Failure::Failed("needs a document".into()));
    let answer: Value = match command.strip_prefix("hostile.").unwrap_or_default() {
        "behave" => json!("well"),

        "trap" => crash::trap(),
        "panic" => panic!("on purpose"),
        "loop" => crash::spin(),
        "grow" => crash::grow(),
        "hoard" => crash::hoard(),
        "recurse" => json!({ "depth": crash::recurse(0) }),

        "log-flood" => flood::log(count(100_000), size(1000)),
        "event-flood" => flood::events(count(100_000)),
        "handle-flood" => flood::handles(&input.kind, count(100_000), document)
            .ok_or_else(|| Failure::Failed("no such kind of handle, or no document".into()))?,
        "handle-churn" => flood::churn(count(100_000), needed()?),
        "random-flood" => flood::random(count(i32::MAX as u32)),

        "forged-handle" => forge::handle(input.handle.unwrap_or(12_345)),
        "wrong-handle" => forge::wrong_handle(needed()?),
        "use-after-drop" => forge::use_after_drop(needed()?),
        "double-drop" => forge::double_drop(needed()?),
        "wild-pointer" => forge::wild_pointer(),
        "wrapping-pointer" => forge::wrapping_pointer(),
        "invalid-utf8" => forge::invalid_utf8(),
        "no-such-case" => forge::no_such_case(),
        "overlapping-list" => forge::overlapping_list(count(1000) as usize, size(65_536)),
        "huge-string" => flood::log(1, size(12 << 20)),

        "wild-answer" => return Ok(forge::wild_answer()),
        "invalid-answer" => return Ok(forge::invalid_answer()),
        "no-json" => return Ok("{ not JSON".into()),
        "deep-json" => return Ok("[".repeat(100_000) + &"]".repeat(100_000)),
        "huge-json" => return Ok(flood::json(size(12 << 20))),
        "escape-codes" => return Err(Failure::Failed("\u{1b}[2J\u{202e}gnirts\u{7}".into())),

        "trespass" => trespass::everywhere(),
        "nag" => trespass::nag(count(1000)),

        "remember" => remember::remember(size(100)),
        _ => return Err(Failure::UnknownCommand),
    };
    Ok(answer.to_string())
}
