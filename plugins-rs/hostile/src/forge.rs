//! Misdeeds against the ABI: handles that were never given, pointers that point nowhere, text that
//! is none. Each is to end in a trap of this instance, and in nothing else.

use std::mem::ManuallyDrop;

use serde_json::{Value, json};

use crate::raw::{self, Text};
use crate::tenon::plugin::text::Document;

/// A handle out of thin air.
pub fn handle(number: u32) -> Value {
    // SAFETY: none is needed. The host has to know its own handles.
    json!({ "size": unsafe { raw::snapshot_size(number) } })
}

/// The handle of a document where one of a snapshot belongs.
pub fn wrong_handle(document: &Document) -> Value {
    handle(document.handle())
}

pub fn use_after_drop(document: &Document) -> Value {
    let snapshot = document.snapshot().take_handle();
    // SAFETY: as above.
    unsafe { raw::snapshot_drop(snapshot) };
    handle(snapshot)
}

pub fn double_drop(document: &Document) -> Value {
    let snapshot = document.snapshot().take_handle();
    for _ in 0..2 {
        // SAFETY: as above.
        unsafe { raw::snapshot_drop(snapshot) };
    }
    json!({ "dropped": 2 })
}

/// A string that begins inside the memory and ends outside it.
pub fn wild_pointer() -> Value {
    let end = core::arch::wasm32::memory_size(0).wrapping_mul(65_536);
    setting(end.wrapping_sub(8), 4096)
}

/// A string whose end wraps around to where it may be.
pub fn wrapping_pointer() -> Value {
    setting(usize::MAX - 7, 16)
}

pub fn invalid_utf8() -> Value {
    let bytes = b"k\xff\xfe";
    setting(bytes.as_ptr() as usize, bytes.len())
}

fn setting(key: usize, length: usize) -> Value {
    let mut result = [0u64; 2];
    // SAFETY: the result has the size and alignment that the ABI wants; the rest is the misdeed.
    unsafe { raw::settings_get(key, length, result.as_mut_ptr().cast()) };
    json!({ "found": result[0] & 0xff != 0 })
}

/// An enum's case that is none.
pub fn no_such_case() -> Value {
    // SAFETY: the list is empty.
    unsafe { raw::log_write(200, 0, 0, std::ptr::null(), 0) };
    json!({ "written": true })
}

/// A list of many elements that all lie on the same bytes: small here, huge over there.
pub fn overlapping_list(count: usize, size: usize) -> Value {
    let text = "x".repeat(size);
    let same = Text { start: text.as_ptr() as usize, length: text.len() };
    let fields = vec![[same, same]; count];
    // SAFETY: every element is there, if not of its own.
    unsafe { raw::log_write(2, same.start, 1, fields.as_ptr(), fields.len()) };
    json!({ "bytes": count * size * 2 })
}

/// An answer that lies outside the memory.
pub fn wild_answer() -> String {
    answer(usize::MAX - 0xffff, 0xfff0)
}

/// An answer that is no text.
pub fn invalid_answer() -> String {
    let bytes = ManuallyDrop::new(b"\"\xff\xff\"".to_vec());
    answer(bytes.as_ptr() as usize, bytes.len())
}

fn answer(start: usize, length: usize) -> String {
    // SAFETY: this is no string. Nothing here looks at it: it goes to the host as it is.
    unsafe { String::from_raw_parts(start as *mut u8, length, length) }
}
