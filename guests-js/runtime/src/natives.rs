//! Functions of Rust that the prelude calls.

use crate::bindings::tenon::javascript::host;
use crate::codec::decode::outcome;
use crate::codec::encode::Encoder;
use crate::realm::{ctx, realm};
use crate::value::{Atom, Text, Thrown, Value, throw_type};
use crate::{resources, text, web_url};
use core::ffi::CStr;
use rquickjs_sys as q;

type Native = fn(Arguments) -> Result<Value, Thrown>;

const NATIVES: &[(&CStr, i32, Native)] = &[
    (c"call", 2, call),
    (c"start", 2, start),
    (c"lastCall", 0, |_| Ok(Value::number(f64::from(realm().last_call())))),
    (c"abandon", 1, abandon),
    (c"resourceClass", 2, resource_class),
    (c"drop", 1, drop_resource),
    (c"forget", 1, |given| Ok(Value::bool(resources::take(given.at(0)).is_some()))),
    (c"isResource", 2, is_resource),
    (c"report", 1, report),
    (c"classOf", 1, |given| Value::string(&realm().class_name(given.at(0)))),
    (c"utf8Encode", 1, text::utf8_encode),
    (c"utf8EncodeInto", 2, text::utf8_encode_into),
    (c"decodeText", 3, text::decode),
    (c"incompleteTail", 2, text::incomplete_tail),
    (c"urlParse", 2, web_url::parse),
    (c"urlSet", 3, web_url::set),
    (c"formParse", 1, web_url::form_parse),
    (c"formSerialize", 1, web_url::form_serialize),
];

/// What the prelude is given.
pub fn object() -> Result<Value, Thrown> {
    let object = Value::object()?;
    for (number, (name, length, _)) in NATIVES.iter().enumerate() {
        let function = Value::function(name, *length, enter, number as i32);
        let name = name.to_str().unwrap_or_default();
        object.define(name, function, q::JS_PROP_C_W_E)?;
    }
    Ok(object)
}

unsafe extern "C" fn enter(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    start: *mut q::JSValue,
    number: i32,
) -> q::JSValue {
    let (_, _, body) = NATIVES[number as usize];
    body(Arguments { count: count as usize, start }).map_or(q::JS_EXCEPTION, Value::give)
}

/// What a function was called with.
#[derive(Clone, Copy)]
pub struct Arguments {
    count: usize,
    start: *mut q::JSValue,
}

impl Arguments {
    pub fn at(&self, at: usize) -> q::JSValue {
        if at < self.count { unsafe { *self.start.add(at) } } else { q::JS_UNDEFINED }
    }

    pub fn number(&self, at: usize) -> Result<u32, Thrown> {
        let mut number = 0f64;
        let done = unsafe { q::JS_ToFloat64(ctx(), &mut number, self.at(at)) };
        if done < 0 { Err(Thrown) } else { Ok(number as u32) }
    }

    pub fn text(&self, at: usize) -> Result<Text, Thrown> {
        Text::of(self.at(at))
    }

    /// The bytes of a Uint8Array. Nothing may run in QuickJS while they are read.
    pub fn bytes(&self, at: usize) -> Result<&mut [u8], Thrown> {
        let mut length = 0;
        let start = unsafe { q::JS_GetUint8Array(ctx(), &mut length, self.at(at)) };
        if length > 0 {
            return Ok(unsafe { core::slice::from_raw_parts_mut(start, length as usize) });
        }
        if start.is_null() && unsafe { q::JS_HasException(ctx()) } {
            Err(Thrown)
        } else {
            Ok(&mut [])
        }
    }
}

// The number of a host function, and its arguments in bytes.
fn encoded(given: Arguments) -> Result<(u32, Vec<u8>), Thrown> {
    let target = given.number(0)?;
    let mut encoder = Encoder::new(realm().value_limit());
    match encoder.value(given.at(1)) {
        Ok(()) => Ok((target, encoder.out)),
        Err(stop) => {
            stop.throw("arguments");
            Err(Thrown)
        }
    }
}

fn call(given: Arguments) -> Result<Value, Thrown> {
    realm().tell_dropped_if_many();
    let (target, bytes) = encoded(given)?;
    outcome(&host::call(target, &bytes)).map_err(|error| {
        unsafe { q::JS_Throw(ctx(), error.give()) };
        Thrown
    })
}

fn start(given: Arguments) -> Result<Value, Thrown> {
    realm().tell_dropped_if_many();
    let (target, bytes) = encoded(given)?;
    let (number, promise) = realm().begin()?;
    host::start(number, target, &bytes);
    Ok(promise)
}

fn abandon(given: Arguments) -> Result<Value, Thrown> {
    realm().abandon(given.number(0)?);
    Ok(Value::undefined())
}

fn resource_class(given: Arguments) -> Result<Value, Thrown> {
    let number = given.number(0)?;
    let name = Atom::of("prototype")?;
    let prototype = Value::of(unsafe { q::JS_GetProperty(ctx(), given.at(1), name.0) })?;
    if !prototype.is_object() {
        throw_type("A class of resources is wanted.");
        return Err(Thrown);
    }
    realm().register_class(number, prototype);
    Ok(Value::undefined())
}

// Tells the host at once. What was dropped or handed over already stays so.
fn drop_resource(given: Arguments) -> Result<Value, Thrown> {
    if let Some((class, handle)) = resources::take(given.at(0)) {
        resources::tell_dropped(class, handle);
    }
    Ok(Value::undefined())
}

fn is_resource(given: Arguments) -> Result<Value, Thrown> {
    let class = given.number(1)?;
    let held = resources::held(given.at(0));
    Ok(Value::bool(held.is_some_and(|(of, _)| of == class)))
}

// An error that nobody is there to handle.
fn report(given: Arguments) -> Result<Value, Thrown> {
    realm().settle(0, Err(Value::again(given.at(0))));
    Ok(Value::undefined())
}
