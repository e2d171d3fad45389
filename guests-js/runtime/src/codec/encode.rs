//! From a value to bytes. Getters, proxies and the like run meanwhile, so nothing is believed twice.

use super::{DEPTH, tag, varint, view};
use crate::classes::Kind;
use crate::realm::{ctx, realm};
use crate::resources;
use crate::value::{Atom, Text, Thrown, Value, throw_dom, throw_range};
use rquickjs_sys as q;

/// Why a value can't be encoded.
pub enum Stop {
    /// Code of the value's own has thrown.
    Thrown,
    Refused {
        /// Where, the innermost step first.
        path: Vec<String>,
        why: String,
        too_large: bool,
    },
}

impl From<Thrown> for Stop {
    fn from(_: Thrown) -> Stop {
        Stop::Thrown
    }
}

fn refused(why: impl Into<String>) -> Stop {
    Stop::Refused { path: Vec::new(), why: why.into(), too_large: false }
}

impl Stop {
    fn within(self, step: impl FnOnce() -> String) -> Stop {
        match self {
            Stop::Refused { mut path, why, too_large } => {
                path.push(step());
                Stop::Refused { path, why, too_large }
            }
            thrown => thrown,
        }
    }

    /// Throws it. `root` is what the value is called.
    pub fn throw(self, root: &str) -> q::JSValue {
        let Stop::Refused { path, why, too_large } = self else {
            return q::JS_EXCEPTION;
        };
        let mut message = String::from(root);
        let steps = path.len();
        for (at, step) in path.into_iter().rev().enumerate() {
            // The ends of a long path say most.
            if at < 12 || at + 4 > steps {
                message += &step;
            } else if at == 12 {
                message += "…";
            }
        }
        message += &why;
        if too_large { throw_range(&message) } else { throw_dom(c"DataCloneError", &message) }
    }
}

pub struct Encoder {
    pub out: Vec<u8>,
    limit: usize,
    // The objects that the value at hand lies in.
    within: Vec<*mut core::ffi::c_void>,
}

impl Encoder {
    pub fn new(limit: usize) -> Encoder {
        Encoder { out: Vec::with_capacity(64), limit, within: Vec::new() }
    }

    /// Encodes an array of these values.
    pub fn list(&mut self, values: &[q::JSValue]) -> Result<(), Stop> {
        self.out.push(tag::ARRAY);
        varint(&mut self.out, values.len());
        for (at, value) in values.iter().enumerate() {
            self.value(*value).map_err(|stop| stop.within(|| format!("[{at}]")))?;
        }
        Ok(())
    }

    pub fn value(&mut self, value: q::JSValue) -> Result<(), Stop> {
        match unsafe { q::JS_VALUE_GET_TAG(value) } {
            q::JS_TAG_UNDEFINED => self.out.push(tag::UNDEFINED),
            q::JS_TAG_NULL => self.out.push(tag::NULL),
            q::JS_TAG_BOOL => {
                let is = unsafe { q::JS_VALUE_GET_BOOL(value) };
                self.out.push(if is { tag::TRUE } else { tag::FALSE });
            }
            q::JS_TAG_INT => self.integer(unsafe { q::JS_VALUE_GET_INT(value) }),
            q::JS_TAG_STRING | q::JS_TAG_STRING_ROPE => self.string(value)?,
            q::JS_TAG_BIG_INT | q::JS_TAG_SHORT_BIG_INT => self.bigint(value)?,
            q::JS_TAG_SYMBOL => {
                return Err(refused(" is a symbol, which cannot leave the sandbox"));
            }
            q::JS_TAG_OBJECT => self.object(value)?,
            other if unsafe { q::JS_TAG_IS_FLOAT64(other) } => {
                self.float(unsafe { q::JS_VALUE_GET_FLOAT64(value) });
            }
            _ => return Err(refused(" cannot leave the sandbox")),
        }
        self.fits(0)
    }

    fn fits(&self, more: usize) -> Result<(), Stop> {
        if self.out.len().saturating_add(more) <= self.limit {
            return Ok(());
        }
        let why = format!(": with this the value has more than {} bytes", self.limit);
        Err(Stop::Refused { path: Vec::new(), why, too_large: true })
    }

    fn integer(&mut self, number: i32) {
        self.out.push(tag::I32);
        varint(&mut self.out, ((number << 1) ^ (number >> 31)) as u32 as usize);
    }

    fn float(&mut self, number: f64) {
        let whole = number as i32;
        if f64::from(whole).to_bits() == number.to_bits() {
            return self.integer(whole);
        }
        self.out.push(tag::F64);
        self.out.extend_from_slice(&number.to_le_bytes());
    }

    fn bigint(&mut self, value: q::JSValue) -> Result<(), Stop> {
        let mut low = 0;
        if unsafe { q::JS_ToBigInt64(ctx(), &mut low, value) } < 0 {
            return Err(Stop::Thrown);
        }
        let same = Value::of(unsafe { q::JS_NewBigInt64(ctx(), low) })?;
        if unsafe { q::JS_IsStrictEqual(ctx(), same.raw(), value) } {
            self.out.push(tag::S64);
            self.out.extend_from_slice(&low.to_le_bytes());
            return Ok(());
        }
        let text = Text::of(value)?;
        self.fits(text.bytes().len())?;
        self.out.push(tag::BIGINT);
        varint(&mut self.out, text.bytes().len());
        self.out.extend_from_slice(text.bytes());
        Ok(())
    }

    fn string(&mut self, value: q::JSValue) -> Result<(), Stop> {
        let text = Text::of(value)?;
        self.utf8(text.bytes())
    }

    // `bytes` are UTF-8 but for lone surrogates, which have three bytes each.
    fn utf8(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.fits(bytes.len())?;
        let lone = bytes.windows(2).any(|pair| pair[0] == 0xed && pair[1] >= 0xa0);
        if !lone {
            self.out.push(tag::UTF8);
            varint(&mut self.out, bytes.len());
            self.out.extend_from_slice(bytes);
            return Ok(());
        }
        let units = utf16(bytes);
        self.fits(units.len() * 2)?;
        self.out.push(tag::UTF16);
        varint(&mut self.out, units.len());
        for unit in units {
            self.out.extend_from_slice(&unit.to_le_bytes());
        }
        Ok(())
    }

    fn object(&mut self, value: q::JSValue) -> Result<(), Stop> {
        let kind = realm().kind_of(value);
        match kind {
            Kind::Function => {
                return Err(refused(" is a function, which cannot leave the sandbox"));
            }
            Kind::Bytes | Kind::Typed | Kind::Buffer | Kind::DataView => {
                return self.bytes(value, kind);
            }
            Kind::Date => {
                let time = realm().hooks().date_value.call(q::JS_UNDEFINED, &[value])?;
                let mut ms = f64::NAN;
                if unsafe { q::JS_ToFloat64(ctx(), &mut ms, time.raw()) } < 0 {
                    return Err(Stop::Thrown);
                }
                self.out.push(tag::DATE);
                self.out.extend_from_slice(&ms.to_le_bytes());
                return Ok(());
            }
            Kind::RegExp => {
                let parts = realm().hooks().regexp_parts.call(q::JS_UNDEFINED, &[value])?;
                self.out.push(tag::REGEXP);
                for at in 0..2 {
                    self.string(element(&parts, at)?.raw())?;
                }
                return Ok(());
            }
            Kind::Resource => {
                let Some((class, handle)) = resources::held(value) else {
                    return Err(refused(" is a resource that has been dropped or handed over"));
                };
                self.out.push(tag::RESOURCE);
                varint(&mut self.out, class as usize);
                varint(&mut self.out, handle as usize);
                return Ok(());
            }
            Kind::Boxed => {
                let inner = realm().hooks().unbox.call(q::JS_UNDEFINED, &[value])?;
                return self.value(inner.raw());
            }
            Kind::Other => {
                let name = realm().class_name(value);
                let why = format!(" is of the class {name}, which cannot leave the sandbox");
                return Err(refused(why));
            }
            Kind::Array | Kind::Plain | Kind::Map | Kind::Set | Kind::Error => {}
        }
        let place = unsafe { q::JS_VALUE_GET_PTR(value) };
        if self.within.contains(&place) {
            return Err(refused(" contains itself"));
        }
        if self.within.len() >= DEPTH {
            return Err(refused(format!(" is nested more than {DEPTH} levels deep")));
        }
        self.within.push(place);
        let done = match kind {
            Kind::Array => self.array(value),
            Kind::Map => self.collection(value, tag::MAP),
            Kind::Set => self.collection(value, tag::SET),
            Kind::Error => self.error(value),
            _ => self.record(value),
        };
        self.within.pop();
        done
    }

    fn array(&mut self, value: q::JSValue) -> Result<(), Stop> {
        let mut length = 0;
        if unsafe { q::JS_GetLength(ctx(), value, &mut length) } < 0 {
            return Err(Stop::Thrown);
        }
        // Each element has one byte at least.
        self.fits(usize::try_from(length).unwrap_or(usize::MAX))?;
        self.out.push(tag::ARRAY);
        varint(&mut self.out, length as usize);
        for at in 0..length {
            let inner = Value::of(unsafe { q::JS_GetPropertyInt64(ctx(), value, at) })?;
            self.value(inner.raw()).map_err(|stop| stop.within(|| format!("[{at}]")))?;
        }
        Ok(())
    }

    fn record(&mut self, value: q::JSValue) -> Result<(), Stop> {
        let names = Names::of(value)?;
        self.out.push(tag::OBJECT);
        varint(&mut self.out, names.atoms().len());
        for name in names.atoms() {
            let text = Text::of_atom(name.atom)?;
            self.utf8(text.bytes())?;
            let inner = Value::of(unsafe { q::JS_GetProperty(ctx(), value, name.atom) })?;
            self.value(inner.raw()).map_err(|stop| stop.within(|| step(&text.text())))?;
        }
        Ok(())
    }

    fn collection(&mut self, value: q::JSValue, tag: u8) -> Result<(), Stop> {
        let hooks = realm().hooks();
        let list = if tag == tag::MAP { &hooks.map_entries } else { &hooks.set_values };
        let flat = list.call(q::JS_UNDEFINED, &[value])?;
        let mut length = 0;
        if unsafe { q::JS_GetLength(ctx(), flat.raw(), &mut length) } < 0 {
            return Err(Stop::Thrown);
        }
        self.out.push(tag);
        varint(&mut self.out, if tag == tag::MAP { length / 2 } else { length } as usize);
        for at in 0..length {
            let inner = Value::of(unsafe { q::JS_GetPropertyInt64(ctx(), flat.raw(), at) })?;
            self.value(inner.raw()).map_err(|stop| {
                stop.within(|| match (tag, at % 2) {
                    (tag::MAP, 0) => format!(".keys()[{}]", at / 2),
                    (tag::MAP, _) => format!(".values()[{}]", at / 2),
                    _ => format!(".values()[{at}]"),
                })
            })?;
        }
        Ok(())
    }

    // Whatever an error is made of, something of it gets across: it says what went wrong.
    fn error(&mut self, value: q::JSValue) -> Result<(), Stop> {
        self.out.push(tag::ERROR);
        let name = error_text(value, c"name")?;
        let message = error_text(value, c"message")?;
        let mut stack = error_text(value, c"stack")?;
        // QuickJS's stack lacks the line that others begin with.
        if !stack.is_empty() && !stack.starts_with(&name) {
            let title =
                if message.is_empty() { name.clone() } else { format!("{name}: {message}") };
            stack = format!("{title}\n{}", stack.trim_end());
        }
        for text in [name, message, stack] {
            self.utf8(text.as_bytes())?;
        }
        self.out.push(tag::OBJECT);
        let names = Names::of(value)?;
        let mut properties = Encoder { out: Vec::new(), limit: self.limit, within: Vec::new() };
        core::mem::swap(&mut properties.within, &mut self.within);
        let mut count = 0;
        let mut done: Vec<q::JSAtom> = Vec::new();
        let special = [Atom::of("payload")?, Atom::of("cause")?, Atom::of("errors")?];
        for atom in names.atoms().iter().map(|name| name.atom).chain(special.iter().map(|a| a.0)) {
            if done.contains(&atom) {
                continue;
            }
            done.push(atom);
            count += usize::from(properties.error_property(value, atom)?);
        }
        core::mem::swap(&mut properties.within, &mut self.within);
        varint(&mut self.out, count);
        self.fits(properties.out.len())?;
        self.out.extend_from_slice(&properties.out);
        Ok(())
    }

    // Whether the property was there, and could be encoded.
    fn error_property(&mut self, error: q::JSValue, atom: q::JSAtom) -> Result<bool, Stop> {
        let start = self.out.len();
        let mut attempt = || -> Result<bool, Stop> {
            if !is_own(error, atom)? {
                return Ok(false);
            }
            let name = Text::of_atom(atom)?;
            if matches!(name.bytes(), b"name" | b"message" | b"stack") {
                return Ok(false);
            }
            self.utf8(name.bytes())?;
            let inner = Value::of(unsafe { q::JS_GetProperty(ctx(), error, atom) })?;
            self.value(inner.raw())?;
            Ok(true)
        };
        match attempt() {
            Ok(is) => Ok(is),
            Err(stop) => {
                if let Stop::Thrown = stop {
                    drop(crate::value::caught());
                }
                self.out.truncate(start);
                Ok(false)
            }
        }
    }

    fn bytes(&mut self, value: q::JSValue, kind: Kind) -> Result<(), Stop> {
        let number = match kind {
            Kind::Bytes => None,
            Kind::Buffer => Some(view::BUFFER),
            Kind::DataView => Some(view::DATA_VIEW),
            _ => match view::of_type(unsafe { q::JS_GetTypedArrayType(value) }) {
                Some(number) => Some(number),
                None => return Err(refused(" is a view of an unknown kind")),
            },
        };
        // A Uint8Array over the same bytes; what is detached or out of bounds throws.
        let held = match kind {
            Kind::Bytes => Value::again(value),
            _ => realm().hooks().view_bytes.call(q::JS_UNDEFINED, &[value])?,
        };
        let mut length = 0;
        let start = unsafe { q::JS_GetUint8Array(ctx(), &mut length, held.raw()) };
        if start.is_null() && length > 0 {
            return Err(Stop::Thrown);
        }
        if start.is_null() && unsafe { q::JS_HasException(ctx()) } {
            return Err(Stop::Thrown);
        }
        let length = length as usize;
        self.fits(length)?;
        self.out.push(if number.is_some() { tag::VIEW } else { tag::BYTES });
        self.out.extend(number);
        varint(&mut self.out, length);
        if length > 0 {
            self.out.extend_from_slice(unsafe { core::slice::from_raw_parts(start, length) });
        }
        Ok(())
    }
}

// The text of an error's property, whatever that is; not all of a long one.
fn error_text(error: q::JSValue, name: &core::ffi::CStr) -> Result<String, Stop> {
    const LONGEST: usize = 16 * 1024;
    let text = match Value::of(unsafe { q::JS_GetPropertyStr(ctx(), error, name.as_ptr()) }) {
        Ok(value) if !value.is_object() && unsafe { !q::JS_IsSymbol(value.raw()) } => {
            if unsafe { q::JS_IsUndefined(value.raw()) } {
                String::new()
            } else {
                Text::of(value.raw())?.text()
            }
        }
        Ok(_) => String::new(),
        Err(Thrown) => {
            drop(crate::value::caught());
            String::new()
        }
    };
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Ok(text[..end].to_owned())
}

fn element(list: &Value, at: i64) -> Result<Value, Thrown> {
    Value::of(unsafe { q::JS_GetPropertyInt64(ctx(), list.raw(), at) })
}

fn is_own(object: q::JSValue, atom: q::JSAtom) -> Result<bool, Thrown> {
    match unsafe { q::JS_GetOwnProperty(ctx(), core::ptr::null_mut(), object, atom) } {
        0 => Ok(false),
        1.. => Ok(true),
        _ => Err(Thrown),
    }
}

fn step(name: &str) -> String {
    let is_plain = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    let short: String = name.chars().take(60).collect();
    if is_plain { format!(".{short}") } else { format!("[{short:?}]") }
}

/// The names of an object's own enumerable properties, held.
pub struct Names {
    start: *mut q::JSPropertyEnum,
    count: u32,
}

impl Names {
    pub fn of(object: q::JSValue) -> Result<Names, Thrown> {
        let mut names = Names { start: core::ptr::null_mut(), count: 0 };
        let flags = (q::JS_GPN_STRING_MASK | q::JS_GPN_ENUM_ONLY) as i32;
        let done = unsafe {
            q::JS_GetOwnPropertyNames(ctx(), &mut names.start, &mut names.count, object, flags)
        };
        if done < 0 {
            names.start = core::ptr::null_mut();
            return Err(Thrown);
        }
        Ok(names)
    }

    pub fn atoms(&self) -> &[q::JSPropertyEnum] {
        if self.start.is_null() {
            return &[];
        }
        unsafe { core::slice::from_raw_parts(self.start, self.count as usize) }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        if !self.start.is_null() {
            unsafe { q::JS_FreePropertyEnum(ctx(), self.start, self.count) }
        }
    }
}

// UTF-16 of what QuickJS writes: UTF-8, with three bytes for a lone surrogate.
fn utf16(bytes: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let next = |at: usize| u32::from(*bytes.get(at).unwrap_or(&0)) & 0x3f;
    while let Some(first) = bytes.get(at) {
        let first = u32::from(*first);
        let (point, length) = match first {
            0..0x80 => (first, 1),
            0x80..0xe0 => ((first & 0x1f) << 6 | next(at + 1), 2),
            0xe0..0xf0 => ((first & 0xf) << 12 | next(at + 1) << 6 | next(at + 2), 3),
            _ => {
                let high = (first & 7) << 18 | next(at + 1) << 12;
                (high | next(at + 2) << 6 | next(at + 3), 4)
            }
        };
        at += length;
        if point < 0x10000 {
            units.push(point as u16);
        } else {
            let over = point - 0x10000;
            units.push(0xd800 | (over >> 10) as u16);
            units.push(0xdc00 | (over & 0x3ff) as u16);
        }
    }
    units
}
