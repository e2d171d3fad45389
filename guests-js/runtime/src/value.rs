//! A JavaScript value that is held, and the few things that are done to one.

use crate::realm::ctx;
use core::ffi::{CStr, c_char};
use rquickjs_sys as q;

/// A reference to a value. Dropping it releases the value.
pub struct Value(q::JSValue);

/// The call has thrown: the exception waits in the context.
pub struct Thrown;

impl Value {
    /// Takes over a reference that a function of QuickJS returned.
    pub fn of(raw: q::JSValue) -> Result<Value, Thrown> {
        if unsafe { q::JS_IsException(raw) } { Err(Thrown) } else { Ok(Value(raw)) }
    }

    /// One more reference to a value that somebody else holds.
    pub fn again(raw: q::JSValue) -> Value {
        Value(unsafe { q::JS_DupValue(ctx(), raw) })
    }

    pub fn undefined() -> Value {
        Value(q::JS_UNDEFINED)
    }

    pub fn raw(&self) -> q::JSValue {
        self.0
    }

    /// Gives the reference away.
    pub fn give(self) -> q::JSValue {
        let raw = self.0;
        core::mem::forget(self);
        raw
    }

    pub fn string(text: &str) -> Result<Value, Thrown> {
        Value::of(unsafe { q::JS_NewStringLen(ctx(), text.as_ptr().cast(), text.len() as u32) })
    }

    pub fn number(number: f64) -> Value {
        Value(q::JS_NewFloat64(number))
    }

    pub fn bool(is: bool) -> Value {
        Value(if is { q::JS_TRUE } else { q::JS_FALSE })
    }

    pub fn object() -> Result<Value, Thrown> {
        Value::of(unsafe { q::JS_NewObject(ctx()) })
    }

    pub fn array(values: Vec<Value>) -> Result<Value, Thrown> {
        let raw: Vec<q::JSValue> = values.into_iter().map(Value::give).collect();
        // Takes the elements over, also where it fails.
        Value::of(unsafe { q::JS_NewArrayFrom(ctx(), raw.len() as i32, raw.as_ptr()) })
    }

    pub fn get(&self, name: &CStr) -> Result<Value, Thrown> {
        Value::of(unsafe { q::JS_GetPropertyStr(ctx(), self.0, name.as_ptr()) })
    }

    /// Defines an own property; an inherited setter hears nothing.
    pub fn define(&self, name: &str, value: Value, flags: u32) -> Result<(), Thrown> {
        let atom = Atom::of(name)?;
        let done =
            unsafe { q::JS_DefinePropertyValue(ctx(), self.0, atom.0, value.give(), flags as i32) };
        if done < 0 { Err(Thrown) } else { Ok(()) }
    }

    pub fn call(&self, this: q::JSValue, arguments: &[q::JSValue]) -> Result<Value, Thrown> {
        Value::of(unsafe {
            q::JS_Call(ctx(), self.0, this, arguments.len() as i32, arguments.as_ptr().cast_mut())
        })
    }

    pub fn is_object(&self) -> bool {
        unsafe { q::JS_IsObject(self.0) }
    }

    pub fn is_function(&self) -> bool {
        unsafe { q::JS_IsFunction(ctx(), self.0) }
    }

    /// A function of Rust, which is told its number.
    pub fn function(name: &CStr, length: i32, body: Numbered, number: i32) -> Value {
        // QuickJS takes functions of several types for one, and tells them apart by the kind.
        let body = unsafe { core::mem::transmute::<Numbered, Plain>(body) };
        Value(unsafe {
            q::JS_NewCFunction2(
                ctx(),
                Some(body),
                name.as_ptr(),
                length,
                q::JSCFunctionEnum_JS_CFUNC_generic_magic,
                number,
            )
        })
    }
}

type Numbered =
    unsafe extern "C" fn(*mut q::JSContext, q::JSValue, i32, *mut q::JSValue, i32) -> q::JSValue;

type Plain =
    unsafe extern "C" fn(*mut q::JSContext, q::JSValue, i32, *mut q::JSValue) -> q::JSValue;

impl Drop for Value {
    fn drop(&mut self) {
        unsafe {
            if q::JS_VALUE_HAS_REF_COUNT(self.0) {
                q::JS_FreeValue(ctx(), self.0);
            }
        }
    }
}

/// The name of a property, held.
pub struct Atom(pub q::JSAtom);

impl Atom {
    pub fn of(name: &str) -> Result<Atom, Thrown> {
        let atom = unsafe { q::JS_NewAtomLen(ctx(), name.as_ptr().cast(), name.len() as u32) };
        if atom == 0 { Err(Thrown) } else { Ok(Atom(atom)) }
    }
}

impl Drop for Atom {
    fn drop(&mut self) {
        unsafe { q::JS_FreeAtom(ctx(), self.0) }
    }
}

/// The bytes of a string while they are read: UTF-8, except that lone surrogates have three bytes each.
pub struct Text {
    start: *const c_char,
    length: u32,
}

impl Text {
    pub fn of(value: q::JSValue) -> Result<Text, Thrown> {
        let mut length = 0;
        let start = unsafe { q::JS_ToCStringLen2(ctx(), &mut length, value, false) };
        if start.is_null() { Err(Thrown) } else { Ok(Text { start, length }) }
    }

    pub fn of_atom(atom: q::JSAtom) -> Result<Text, Thrown> {
        let mut length = 0;
        let start = unsafe { q::JS_AtomToCStringLen(ctx(), &mut length, atom) };
        if start.is_null() { Err(Thrown) } else { Ok(Text { start, length }) }
    }

    pub fn bytes(&self) -> &[u8] {
        unsafe { core::slice::from_raw_parts(self.start.cast(), self.length as usize) }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        unsafe { q::JS_FreeCString(ctx(), self.start) }
    }
}

/// What was thrown, which no longer waits in the context.
pub fn caught() -> Value {
    Value(unsafe { q::JS_GetException(ctx()) })
}

/// Throws a RangeError.
pub fn throw_range(message: &str) -> q::JSValue {
    let message = c_text(message);
    unsafe { q::JS_ThrowRangeError(ctx(), c"%s".as_ptr(), message.as_ptr()) }
}

/// Throws a TypeError.
pub fn throw_type(message: &str) -> q::JSValue {
    let message = c_text(message);
    unsafe { q::JS_ThrowTypeError(ctx(), c"%s".as_ptr(), message.as_ptr()) }
}

/// Throws a DOMException of this name.
pub fn throw_dom(name: &CStr, message: &str) -> q::JSValue {
    let message = c_text(message);
    unsafe { q::JS_ThrowDOMException(ctx(), name.as_ptr(), c"%s".as_ptr(), message.as_ptr()) }
}

/// The text up to its first NUL, as C has it.
pub fn c_text(text: &str) -> std::ffi::CString {
    let end = text.find('\0').unwrap_or(text.len());
    std::ffi::CString::new(&text[..end]).unwrap_or_default()
}
