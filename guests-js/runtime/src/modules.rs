//! Where modules come from: the files that `load` was given, and one module of our own.

use crate::realm::{ctx, realm};
use crate::value::{Thrown, Value, c_text};
use core::ffi::{CStr, c_char, c_void};
use rquickjs_sys as q;

const INTERNAL: &str = "tenon:internal";

/// Installs the loader, and makes `tenon:internal`, whose exports are the properties of an object.
pub fn install(rt: *mut q::JSRuntime, names: &[&CStr]) -> Result<(), Thrown> {
    unsafe {
        q::JS_SetModuleLoaderFunc(rt, Some(normalize), Some(load), core::ptr::null_mut());
        let name = c_text(INTERNAL);
        let module = q::JS_NewCModule(ctx(), name.as_ptr(), Some(fill_internal));
        if module.is_null() {
            return Err(Thrown);
        }
        for name in names {
            q::JS_AddModuleExport(ctx(), module, name.as_ptr());
        }
    }
    Ok(())
}

unsafe extern "C" fn fill_internal(context: *mut q::JSContext, module: *mut q::JSModuleDef) -> i32 {
    let internal = &realm().hooks().internal;
    for name in crate::realm::INTERNAL_NAMES {
        let Ok(value) = internal.get(name) else {
            return -1;
        };
        if unsafe { q::JS_SetModuleExport(context, module, name.as_ptr(), value.give()) } < 0 {
            return -1;
        }
    }
    0
}

/// Whether a file is the host's own: `tenon:plugin/kv`, and whatever else has a name as WIT has them.
fn is_host(name: &str) -> bool {
    let Some((scope, rest)) = name.split_once(':') else {
        return false;
    };
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    scope.starts_with(|c: char| c.is_ascii_lowercase())
        && scope.chars().all(is_word)
        && rest.starts_with(|c: char| c.is_ascii_lowercase())
}

unsafe extern "C" fn normalize(
    context: *mut q::JSContext,
    base: *const c_char,
    name: *const c_char,
    _: *mut c_void,
) -> *mut c_char {
    let base = unsafe { CStr::from_ptr(base) }.to_string_lossy();
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let (full, is_there) = if name == INTERNAL {
        (name.to_string(), is_host(&base) && realm().has_file(&base))
    } else {
        let full = resolve(&base, &name);
        let is_there = realm().has_file(&full);
        (full, is_there)
    };
    if !is_there {
        return not_found(&name, &base);
    }
    let full = c_text(&full);
    unsafe { q::js_strdup(context, full.as_ptr()) }
}

// A relative specifier stands for the path beside the file that has it; any other is itself, and so is
// the name of the main module, which no file imports.
fn resolve(base: &str, name: &str) -> String {
    let is_relative = name.starts_with("./") || name.starts_with("../");
    if base.is_empty() || !is_relative {
        return name.to_owned();
    }
    let mut path: Vec<&str> = base.split('/').collect();
    path.pop();
    for step in name.split('/') {
        match step {
            "" | "." => {}
            ".." if path.last().is_some_and(|last| *last != "..") => {
                path.pop();
            }
            _ => path.push(step),
        }
    }
    let joined = path.join("/");
    if base.starts_with("./") && !joined.starts_with("./") { format!("./{joined}") } else { joined }
}

unsafe extern "C" fn load(
    _: *mut q::JSContext,
    name: *const c_char,
    _: *mut c_void,
) -> *mut q::JSModuleDef {
    let text = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let Some(source) = realm().take_source(&text) else {
        return not_found(&text, "");
    };
    let compiled = compile(source, &text, 1, q::JS_EVAL_TYPE_MODULE);
    let Ok(compiled) = compiled else {
        return core::ptr::null_mut();
    };
    let module: *mut q::JSModuleDef = unsafe { q::JS_VALUE_GET_PTR(compiled.raw()).cast() };
    let meta = Value::of(unsafe { q::JS_GetImportMeta(ctx(), module) });
    let url = meta.and_then(|meta| {
        let url = Value::string(&text)?;
        meta.define("url", url, q::JS_PROP_C_W_E)
    });
    if url.is_err() { core::ptr::null_mut() } else { module }
}

fn not_found<T>(name: &str, base: &str) -> *mut T {
    let from = if base.is_empty() { String::new() } else { format!(", imported by {base}") };
    let message = c_text(&format!("There is no module {name}{from}."));
    unsafe { q::JS_ThrowReferenceError(ctx(), c"%s".as_ptr(), message.as_ptr()) };
    core::ptr::null_mut()
}

/// Compiles a source, and runs nothing of it. `line` is the number of its first line.
pub fn compile(mut source: String, name: &str, line: i32, flags: u32) -> Result<Value, Thrown> {
    let length = source.len() as u32;
    // QuickJS wants a NUL behind the text, which it does not count.
    source.push('\0');
    let name = c_text(name);
    let mut options = q::JSEvalOptions {
        version: q::JS_EVAL_OPTIONS_VERSION as i32,
        eval_flags: (flags | q::JS_EVAL_FLAG_COMPILE_ONLY) as i32,
        filename: name.as_ptr(),
        line_num: line,
    };
    Value::of(unsafe { q::JS_Eval2(ctx(), source.as_ptr().cast(), length, &mut options) })
}
