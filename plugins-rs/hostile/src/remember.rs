//! Keeps what it is told wherever it can, and looks for what it was told before.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// What a kept text starts with, each byte turned over: as it is here it is not found.
const MARK: [u8; 16] = [
    0x8b, 0x9a, 0x93, 0x93, 0xdf, 0x91, 0x90, 0x9d, 0x90, 0x9b, 0x86, 0xdf, 0x94, 0x9a, 0x8f, 0x8b,
];

static CALLS: AtomicU32 = AtomicU32::new(0);
static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Tells what it knows of the calls before, and leaves the size of its memory, a counter, and `size`
/// bytes of text for the next one.
pub fn remember(size: usize) -> Value {
    let found = find();
    let pages = core::arch::wasm32::memory_size(0);
    let mark: Vec<u8> = MARK.iter().map(|byte| !byte).collect();
    let text = String::from_utf8_lossy(&mark).repeat(1 + size / mark.len());
    Box::leak(text.clone().into_boxed_str());
    let mut kept = KEPT.lock().expect("there is one thread");
    kept.push(text);
    let calls = CALLS.fetch_add(1, Ordering::Relaxed);
    json!({ "calls": calls, "kept": kept.len() - 1, "found": found, "pages": pages })
}

/// How often the mark stands in memory.
fn find() -> usize {
    let end = core::arch::wasm32::memory_size(0) * 65_536 - MARK.len();
    // The first bytes stand behind no valid pointer; nothing is kept there.
    let holds = |at: usize| {
        MARK.iter()
            .enumerate()
            .all(|(i, byte)| unsafe { core::ptr::read_volatile((at + i) as *const u8) == !byte })
    };
    (16..end).filter(|at| holds(*at)).count()
}
