//! Misdeeds by quantity: each call is in order, and there are far too many of them.

use serde_json::{Value, json};

use crate::tenon::plugin::kv::Bucket;
use crate::tenon::plugin::text::Document;
use crate::tenon::plugin::ui::{Progress, StatusItem};
use crate::tenon::plugin::{bus, log, random};

pub fn log(count: u32, size: usize) -> Value {
    let message = "\u{1b}[2J".to_owned() + &"x".repeat(size);
    for _ in 0..count {
        log::write(log::Level::Error, &message, &[]);
    }
    json!({ "written": count })
}

pub fn events(count: u32) -> Value {
    let sent = (0..count).take_while(|_| bus::emit("flood", "{}").is_ok()).count();
    json!({ "sent": sent })
}

/// Keeps every handle it gets.
pub fn handles(kind: &str, count: u32, document: Option<&Document>) -> Option<Value> {
    let kept = match kind {
        "snapshot" => {
            let document = document?;
            keep(count, || Some(document.snapshot()))
        }
        "bucket" => keep(count, || Bucket::open("flood").ok()),
        "progress" => keep(count, || Progress::start("flood", None).ok()),
        "status-item" => keep(count, || StatusItem::show("flood", None, None).ok()),
        _ => return None,
    };
    Some(json!({ "kept": kept }))
}

fn keep<Handle>(count: u32, mut open: impl FnMut() -> Option<Handle>) -> usize {
    let handles: Vec<Handle> = (0..count).map_while(|_| open()).collect();
    let kept = handles.len();
    std::mem::forget(handles);
    kept
}

/// Gets a handle and gives it back, again and again: the host's table must not grow by that.
pub fn churn(count: u32, document: &Document) -> Value {
    let bytes: u64 = (0..count).map(|_| u64::from(document.snapshot().size())).sum();
    json!({ "bytes": bytes })
}

/// More randomness at once than anyone needs.
pub fn random(length: u32) -> Value {
    json!({ "refused": random::bytes(length).is_err() })
}

/// JSON of this many bytes, and two for its quotes.
pub fn json(size: usize) -> String {
    let mut json = String::with_capacity(size + 2);
    json.push('"');
    json.extend(std::iter::repeat_n('x', size));
    json.push('"');
    json
}
