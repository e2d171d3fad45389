//! QuickJS-ng as a component that imports nothing but what its world says: no WASI.

mod classes;
mod codec;
mod memory;
mod modules;
mod natives;
mod realm;
mod resources;
mod value;

mod bindings {
    wit_bindgen::generate!({ world: "runtime", path: "wit" });
}

use bindings::exports::tenon::javascript::realm::{File, Guest, Limits};
use realm::realm;

struct Runtime;

impl Guest for Runtime {
    fn open(limits: Limits) {
        realm().open(limits.memory, limits.stack, limits.value, limits.eval);
    }

    fn load(run: u32, files: Vec<File>, main: String) -> Vec<u8> {
        let files = files.into_iter().map(|file| (file.name, file.source)).collect();
        realm().entry(|| realm().load(run, files, &main))
    }

    fn evaluate(run: u32, name: String, source: String) -> Vec<u8> {
        realm().entry(|| realm().evaluate(run, &name, &source))
    }

    fn enter(run: u32, path: Vec<String>, arguments: Vec<u8>) -> Vec<u8> {
        realm().entry(|| realm().enter(run, &path, &arguments))
    }

    fn resume(outcomes: Vec<u8>) -> Vec<u8> {
        realm().entry(|| realm().resume(&outcomes))
    }

    fn memory_used() -> u32 {
        realm().memory_used()
    }
}

bindings::export!(Runtime with_types_in bindings);

/// Makes the realm and evaluates the prelude, whose text the build has put at `start` by
/// `cabi_realloc`. The build keeps what memory and globals are then, and removes this function.
/// Answers where the text of an error lies and how long it is, in one number; 0 is success.
#[unsafe(export_name = "prepare")]
extern "C" fn prepare(start: *mut u8, length: usize) -> u64 {
    memory::zero_freed(true);
    let prelude = unsafe { Vec::from_raw_parts(start, length, length) };
    let done = match String::from_utf8(prelude) {
        Ok(text) => realm().prepare(&text),
        Err(_) => return u64::MAX,
    };
    memory::zero_freed(false);
    if done.is_ok() {
        return 0;
    }
    let error = value::caught();
    let stack = error.get(c"stack").and_then(|stack| Ok(value::Text::of(stack.raw())?.text()));
    let text = value::Text::of(error.raw()).map(|text| text.text()).unwrap_or_default();
    let said = format!("{text}\n{}", stack.unwrap_or_default()).into_bytes().leak();
    (said.as_ptr() as u64) << 32 | said.len() as u64
}

/// What QuickJS asks the time of; its crate would import it otherwise.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    bindings::tenon::javascript::host::now() * 1000.0
}
