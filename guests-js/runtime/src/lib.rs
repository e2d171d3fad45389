//! QuickJS-ng as a component that imports nothing but what its world says: no WASI.

mod classes;
mod codec;
mod memory;
mod modules;
mod natives;
mod realm;
mod resources;
mod text;
mod value;
mod web_url;

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
        realm().entry(|| realm().evaluate(run, &name, source))
    }

    fn enter(run: u32, path: Vec<String>, arguments: Vec<u8>) -> Vec<u8> {
        realm().entry(|| realm().enter(run, &path, &arguments))
    }

    fn resume(outcomes: Vec<u8>) -> Vec<u8> {
        realm().entry(|| realm().resume(&outcomes))
    }

    fn memory_used() -> u32 {
        memory::used() as u32
    }
}

bindings::export!(Runtime with_types_in bindings);

/// Compiles the prelude, whose text the build has put at `start` by `cabi_realloc`. Answers where the
/// outcome lies, and how long it is, in one number: the byte 0 and the compiled prelude, or the byte 1
/// and the text of an error. The build removes this function from what it makes.
#[unsafe(export_name = "compile")]
extern "C" fn compile(start: *mut u8, length: usize) -> u64 {
    let text = unsafe { Vec::from_raw_parts(start, length, length) };
    handed_over(realm().compile(&String::from_utf8_lossy(&text)))
}

/// Makes the realm, and evaluates what `compile` gave. Answers as it does, with nothing after the
/// byte 0. The build keeps what memory and globals are then, and removes this function.
#[unsafe(export_name = "prepare")]
extern "C" fn prepare(start: *mut u8, length: usize) -> u64 {
    memory::zero_freed(true);
    let compiled = unsafe { Vec::from_raw_parts(start, length, length) };
    let done = realm().prepare(&compiled).map(|()| Vec::new());
    drop(compiled);
    memory::zero_freed(false);
    handed_over(done)
}

fn handed_over(outcome: Result<Vec<u8>, value::Thrown>) -> u64 {
    let bytes = outcome.map_or_else(|_| said(), |bytes| [&[0], &bytes[..]].concat()).leak();
    (bytes.as_ptr() as u64) << 32 | bytes.len() as u64
}

fn said() -> Vec<u8> {
    let error = value::caught();
    let stack = error.get(c"stack").and_then(|stack| Ok(value::Text::of(stack.raw())?.text()));
    let text = value::Text::of(error.raw()).map(|text| text.text()).unwrap_or_default();
    format!("\u{1}{text}\n{}", stack.unwrap_or_default()).into_bytes()
}

/// What QuickJS asks the time of; its crate would import it otherwise.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    bindings::tenon::javascript::host::now() * 1000.0
}
