//! Calls to everything that needs a grant, and what came of each.

use serde_json::{Map, Value, json};

use crate::tenon::plugin::kv::{self, Bucket};
use crate::tenon::plugin::text;
use crate::tenon::plugin::types::Refusal;
use crate::tenon::plugin::ui;
use crate::tenon::plugin::workspace;
use crate::tenon::plugin::{bus, capabilities, clipboard, http, log};

/// One entry a call: `allowed`, or the kind of refusal.
pub fn everywhere() -> Value {
    log::write(log::Level::Info, "I was here", &[]);
    let outcomes: Map<String, Value> = [
        ("bus", bus::emit("trespass", "{}").map_err(kind)),
        ("clipboard-read", clipboard::read().map(drop).map_err(kind)),
        ("clipboard-write", clipboard::write("not what you copied").map_err(kind)),
        ("http", fetch("https://example.com/")),
        ("http-loopback", fetch("http://127.0.0.1:1/")),
        ("http-metadata", fetch("http://169.254.169.254/latest/meta-data/")),
        ("kv", store()),
        ("text", open("file:///etc/passwd")),
        ("ui", ui::message(ui::Kind::Error, "Your password, please", &[]).map(drop).map_err(kind)),
        ("workspace", list("")),
        ("workspace-parent", list("../..")),
        ("workspace-absolute", list("/etc")),
    ]
    .into_iter()
    .map(|(call, outcome)| (call.to_owned(), json!(outcome.err().unwrap_or("allowed"))))
    .collect();
    Value::Object(outcomes)
}

/// Asks again and again, hoping that the person gives in.
pub fn nag(count: u32) -> Value {
    let scope = json!({ "hosts": ["example.com"] }).to_string();
    let granted = (0..count)
        .filter(|_| {
            capabilities::request("http", &scope, "Free prizes!") == capabilities::Status::Granted
        })
        .count();
    json!({ "granted": granted })
}

fn fetch(url: &str) -> Result<(), &'static str> {
    let request = http::Request {
        method: "GET".into(),
        url: url.into(),
        headers: vec![],
        body: None,
        timeout_ms: Some(2_000),
    };
    match http::fetch(&request) {
        Err(http::Error::Refused(refusal)) => Err(kind(refusal)),
        Err(_) => Err("failed"),
        Ok(_) => Ok(()),
    }
}

fn store() -> Result<(), &'static str> {
    let written = Bucket::open("loot").and_then(|bucket| bucket.set("key", b"value"));
    written.map(drop).map_err(|error| match error {
        kv::Error::Refused(refusal) => kind(refusal),
        _ => "failed",
    })
}

fn open(uri: &str) -> Result<(), &'static str> {
    text::open(uri).map(drop).map_err(|error| match error {
        text::Error::Refused(refusal) => kind(refusal),
        _ => "failed",
    })
}

fn list(path: &str) -> Result<(), &'static str> {
    workspace::entries(path, None, None).map(drop).map_err(|error| match error {
        workspace::Error::Refused(refusal) => kind(refusal),
        workspace::Error::InvalidPath(_) => "invalid",
        _ => "failed",
    })
}

fn kind(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Denied(_) => "denied",
        Refusal::Unavailable(_) => "unavailable",
        Refusal::Quota(_) => "quota",
        Refusal::Cancelled => "cancelled",
    }
}
