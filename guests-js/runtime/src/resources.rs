//! Resources of the host's: objects that hold a handle, in a place that only this file sees.

use crate::bindings::tenon::javascript::host;
use crate::codec::encode::Encoder;
use crate::realm::{ctx, realm};
use crate::value::{Thrown, Value, throw_type};
use core::ffi::c_void;
use rquickjs_sys as q;

/// The host's function that drops a resource.
const DROP: u32 = 3;

struct Held {
    class: u32,
    // None: it was dropped, or handed over to the host.
    handle: Option<u32>,
}

/// Makes the class of QuickJS's that all resources are of.
pub fn register(rt: *mut q::JSRuntime) -> q::JSClassID {
    let mut id = 0;
    let definition = q::JSClassDef {
        class_name: c"Resource".as_ptr(),
        finalizer: Some(finalize),
        gc_mark: None,
        call: None,
        exotic: core::ptr::null_mut(),
    };
    unsafe {
        q::JS_NewClassID(rt, &mut id);
        q::JS_NewClass(rt, id, &definition);
    }
    id
}

// No call of the host's may be made from within the collector: the host hears of it later.
unsafe extern "C" fn finalize(_: *mut q::JSRuntime, value: q::JSValue) {
    let held = unsafe { q::JS_GetOpaque(value, realm().resource_class()) }.cast::<Held>();
    if held.is_null() {
        return;
    }
    let Held { class, handle } = *unsafe { Box::from_raw(held) };
    if let Some(handle) = handle {
        realm().dropped(class, handle);
    }
}

fn held_mut<'a>(value: q::JSValue) -> Option<&'a mut Held> {
    unsafe { q::JS_GetOpaque(value, realm().resource_class()).cast::<Held>().as_mut() }
}

/// The number of a resource's class, and its handle.
pub fn held(value: q::JSValue) -> Option<(u32, u32)> {
    let held = held_mut(value)?;
    Some((held.class, held.handle?))
}

/// An object for a resource that the host has handed over.
pub fn make(class: u32, handle: u32) -> Result<Value, Thrown> {
    let Some(prototype) = realm().prototype(class) else {
        throw_type("The host sent a resource of a class that nobody has registered.");
        return Err(Thrown);
    };
    let object = Value::of(unsafe {
        q::JS_NewObjectProtoClass(ctx(), prototype.raw(), realm().resource_class())
    })?;
    let held = Box::into_raw(Box::new(Held { class, handle: Some(handle) }));
    unsafe { q::JS_SetOpaque(object.raw(), held.cast::<c_void>()) };
    Ok(object)
}

/// Takes the handle out of a resource: it can't be used any more.
pub fn take(value: q::JSValue) -> Option<(u32, u32)> {
    let held = held_mut(value)?;
    Some((held.class, held.handle.take()?))
}

/// Tells the host that a resource is not used any more.
pub fn tell_dropped(class: u32, handle: u32) {
    let mut encoder = Encoder::new(usize::MAX);
    let numbers = [Value::number(f64::from(class)), Value::number(f64::from(handle))];
    if encoder.list(&numbers.each_ref().map(Value::raw)).is_ok() {
        host::call(DROP, &encoder.out);
    }
}
