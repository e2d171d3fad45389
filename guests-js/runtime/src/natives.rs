//! Functions of Rust that the prelude calls.

use crate::bindings::tenon::javascript::host;
use crate::codec::decode::outcome;
use crate::codec::encode::Encoder;
use crate::realm::{ctx, realm};
use crate::resources;
use crate::value::{Atom, Thrown, Value, throw_type};
use core::ffi::CStr;
use rquickjs_sys as q;

type Native =
    unsafe extern "C" fn(*mut q::JSContext, q::JSValue, i32, *mut q::JSValue) -> q::JSValue;

const NATIVES: &[(&CStr, i32, Native)] = &[
    (c"call", 2, call),
    (c"start", 2, start),
    (c"lastCall", 0, last_call),
    (c"abandon", 1, abandon),
    (c"resourceClass", 2, resource_class),
    (c"drop", 1, drop_resource),
    (c"forget", 1, forget),
    (c"isResource", 2, is_resource),
    (c"report", 1, report),
];

/// What the prelude is given.
pub fn object() -> Result<Value, Thrown> {
    let object = Value::object()?;
    for (name, length, body) in NATIVES {
        let function = Value::function(name, *length, *body);
        let name = name.to_str().unwrap_or_default();
        object.define(name, function, q::JS_PROP_C_W_E)?;
    }
    Ok(object)
}

fn argument(count: i32, arguments: *mut q::JSValue, at: usize) -> q::JSValue {
    if at < count as usize { unsafe { *arguments.add(at) } } else { q::JS_UNDEFINED }
}

fn number(value: q::JSValue) -> Result<u32, Thrown> {
    let mut number = 0f64;
    if unsafe { q::JS_ToFloat64(ctx(), &mut number, value) } < 0 {
        Err(Thrown)
    } else {
        Ok(number as u32)
    }
}

fn answer(result: Result<Value, Thrown>) -> q::JSValue {
    result.map_or(q::JS_EXCEPTION, Value::give)
}

// The number of a host function, and its arguments in bytes.
fn encoded(count: i32, arguments: *mut q::JSValue) -> Result<(u32, Vec<u8>), Thrown> {
    let target = number(argument(count, arguments, 0))?;
    let mut encoder = Encoder::new(realm().value_limit());
    match encoder.value(argument(count, arguments, 1)) {
        Ok(()) => Ok((target, encoder.out)),
        Err(stop) => {
            stop.throw("arguments");
            Err(Thrown)
        }
    }
}

unsafe extern "C" fn call(
    context: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    realm().tell_dropped_if_many();
    let Ok((target, bytes)) = encoded(count, arguments) else {
        return q::JS_EXCEPTION;
    };
    match outcome(&host::call(target, &bytes)) {
        Ok(value) => value.give(),
        Err(error) => unsafe { q::JS_Throw(context, error.give()) },
    }
}

unsafe extern "C" fn start(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    realm().tell_dropped_if_many();
    answer((|| {
        let (target, bytes) = encoded(count, arguments)?;
        let (number, promise) = realm().begin()?;
        host::start(number, target, &bytes);
        Ok(promise)
    })())
}

unsafe extern "C" fn last_call(
    _: *mut q::JSContext,
    _: q::JSValue,
    _: i32,
    _: *mut q::JSValue,
) -> q::JSValue {
    Value::number(f64::from(realm().last_call())).give()
}

unsafe extern "C" fn abandon(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    answer(number(argument(count, arguments, 0)).map(|call| {
        realm().abandon(call);
        Value::undefined()
    }))
}

unsafe extern "C" fn resource_class(
    context: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    answer((|| {
        let number = number(argument(count, arguments, 0))?;
        let name = Atom::of("prototype")?;
        let class = argument(count, arguments, 1);
        let prototype = Value::of(unsafe { q::JS_GetProperty(context, class, name.0) })?;
        if !prototype.is_object() {
            throw_type("A class of resources is wanted.");
            return Err(Thrown);
        }
        realm().register_class(number, prototype);
        Ok(Value::undefined())
    })())
}

// Tells the host at once. What was dropped or handed over already stays so.
unsafe extern "C" fn drop_resource(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    if let Some((class, handle)) = resources::take(argument(count, arguments, 0)) {
        resources::tell_dropped(class, handle);
    }
    q::JS_UNDEFINED
}

unsafe extern "C" fn forget(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    let was_held = resources::take(argument(count, arguments, 0)).is_some();
    Value::bool(was_held).give()
}

unsafe extern "C" fn is_resource(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    answer(number(argument(count, arguments, 1)).map(|class| {
        let held = resources::held(argument(count, arguments, 0));
        Value::bool(held.is_some_and(|(of, _)| of == class))
    }))
}

// An error that nobody is there to handle.
unsafe extern "C" fn report(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
) -> q::JSValue {
    realm().settle(0, Err(Value::again(argument(count, arguments, 0))));
    q::JS_UNDEFINED
}
