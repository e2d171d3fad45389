//! From bytes to a value. The bytes are the host's; that they are well-formed is checked all the same.

use super::{DEPTH, tag, view};
use crate::realm::{ctx, realm};
use crate::resources;
use crate::value::{Atom, Thrown, Value, caught, throw_type};
use rquickjs_sys as q;

pub enum Bad {
    /// QuickJS has thrown: there is no memory, for one.
    Thrown,
    Malformed,
}

impl From<Thrown> for Bad {
    fn from(_: Thrown) -> Bad {
        Bad::Thrown
    }
}

impl Bad {
    /// Leaves an exception in the context.
    pub fn throw(self) -> Thrown {
        if let Bad::Malformed = self {
            throw_type("The host sent a value that is not well-formed.");
        }
        Thrown
    }
}

#[derive(Clone)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
    depth: usize,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Decoder<'a> {
        Decoder { bytes, depth: 0 }
    }

    /// The arguments of a call: the elements of an array.
    pub fn list(&mut self) -> Result<Vec<Value>, Bad> {
        let count = self.count()?;
        self.values(count)
    }

    /// How many values the array has that comes next; they follow.
    pub fn count(&mut self) -> Result<usize, Bad> {
        if self.byte()? == tag::ARRAY { self.varint() } else { Err(Bad::Malformed) }
    }

    /// Goes past a value, and makes nothing of it.
    pub fn skip(&mut self) -> Result<(), Bad> {
        let mut left = 1usize;
        while left > 0 {
            left -= 1;
            left += self.skip_head()?;
        }
        Ok(())
    }

    // Goes past all of a value but the values in it; how many these are.
    fn skip_head(&mut self) -> Result<usize, Bad> {
        match self.byte()? {
            tag::UNDEFINED | tag::NULL | tag::FALSE | tag::TRUE => {}
            tag::I32 => drop(self.varint()?),
            tag::F64 | tag::S64 | tag::DATE => drop(self.eight()?),
            tag::BIGINT | tag::UTF8 | tag::BYTES => drop(self.sized()?),
            tag::UTF16 => {
                let count = self.varint()?;
                self.take(count.checked_mul(2).ok_or(Bad::Malformed)?)?;
            }
            tag::VIEW => {
                self.byte()?;
                self.sized()?;
            }
            tag::RESOURCE => {
                self.varint()?;
                self.varint()?;
            }
            tag::REGEXP => return Ok(2),
            tag::ERROR => return Ok(4),
            tag::ARRAY | tag::SET => return self.inner(1),
            tag::OBJECT | tag::MAP => return self.inner(2),
            _ => return Err(Bad::Malformed),
        }
        Ok(0)
    }

    // Each has one byte at least.
    fn inner(&mut self, each: usize) -> Result<usize, Bad> {
        let count = self.varint()?.checked_mul(each).ok_or(Bad::Malformed)?;
        if count > self.bytes.len() { Err(Bad::Malformed) } else { Ok(count) }
    }

    fn byte(&mut self) -> Result<u8, Bad> {
        Ok(self.take(1)?[0])
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Bad> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(Bad::Malformed)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<usize, Bad> {
        let mut number = 0usize;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            number |= ((byte & 0x7f) as usize) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Bad::Malformed)
    }

    fn eight(&mut self) -> Result<[u8; 8], Bad> {
        Ok(self.take(8)?.try_into().unwrap_or_default())
    }

    fn sized(&mut self) -> Result<&'a [u8], Bad> {
        let count = self.varint()?;
        self.take(count)
    }

    pub fn value(&mut self) -> Result<Value, Bad> {
        let tag = self.byte()?;
        Ok(match tag {
            tag::UNDEFINED => Value::undefined(),
            tag::NULL => Value::of(q::JS_NULL)?,
            tag::FALSE => Value::bool(false),
            tag::TRUE => Value::bool(true),
            tag::I32 => {
                let zigzag = self.varint()? as u32;
                let number = (zigzag >> 1) as i32 ^ -((zigzag & 1) as i32);
                Value::of(q::JS_MKVAL(q::JS_TAG_INT, number))?
            }
            tag::F64 => Value::number(f64::from_le_bytes(self.eight()?)),
            tag::S64 => {
                let number = i64::from_le_bytes(self.eight()?);
                Value::of(unsafe { q::JS_NewBigInt64(ctx(), number) })?
            }
            tag::BIGINT => {
                let digits = core::str::from_utf8(self.sized()?).map_err(|_| Bad::Malformed)?;
                let digits = Value::string(digits)?;
                realm().hooks().bigint.call(q::JS_UNDEFINED, &[digits.raw()])?
            }
            tag::UTF8 | tag::UTF16 => self.string(tag)?,
            tag::BYTES => {
                let bytes = self.sized()?;
                let length = bytes.len() as u32;
                Value::of(unsafe { q::JS_NewUint8ArrayCopy(ctx(), bytes.as_ptr(), length) })?
            }
            tag::VIEW => self.view()?,
            tag::DATE => {
                let ms = f64::from_le_bytes(self.eight()?);
                Value::of(unsafe { q::JS_NewDate(ctx(), ms) })?
            }
            tag::REGEXP => {
                let source = self.value()?;
                let flags = self.value()?;
                let make = &realm().hooks().regexp;
                make.call(q::JS_UNDEFINED, &[source.raw(), flags.raw()])?
            }
            tag::RESOURCE => {
                let class = self.varint()? as u32;
                let handle = self.varint()? as u32;
                resources::make(class, handle)?
            }
            tag::ARRAY | tag::OBJECT | tag::MAP | tag::SET | tag::ERROR => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err(Bad::Malformed);
                }
                let value = self.compound(tag)?;
                self.depth -= 1;
                value
            }
            _ => return Err(Bad::Malformed),
        })
    }

    fn compound(&mut self, tag: u8) -> Result<Value, Bad> {
        Ok(match tag {
            tag::ARRAY => Value::array(self.elements()?)?,
            tag::OBJECT => self.record()?,
            tag::ERROR => {
                let name = self.value()?;
                let message = self.value()?;
                let stack = self.value()?;
                if self.byte()? != tag::OBJECT {
                    return Err(Bad::Malformed);
                }
                let properties = self.record()?;
                let parts = [name.raw(), message.raw(), stack.raw(), properties.raw()];
                realm().hooks().error.call(q::JS_UNDEFINED, &parts)?
            }
            _ => {
                let values = if tag == tag::MAP {
                    let pairs = self.varint()?;
                    self.values(pairs.checked_mul(2).ok_or(Bad::Malformed)?)?
                } else {
                    self.elements()?
                };
                let flat = Value::array(values)?;
                let hooks = realm().hooks();
                let make = if tag == tag::MAP { &hooks.map } else { &hooks.set };
                make.call(q::JS_UNDEFINED, &[flat.raw()])?
            }
        })
    }

    fn elements(&mut self) -> Result<Vec<Value>, Bad> {
        let count = self.varint()?;
        self.values(count)
    }

    fn values(&mut self, count: usize) -> Result<Vec<Value>, Bad> {
        // Each has one byte at least.
        if count > self.bytes.len() {
            return Err(Bad::Malformed);
        }
        (0..count).map(|_| self.value()).collect()
    }

    fn record(&mut self) -> Result<Value, Bad> {
        let count = self.varint()?;
        let object = Value::object()?;
        for _ in 0..count {
            let tag = self.byte()?;
            let name = self.atom(tag)?;
            let value = self.value()?;
            let flags = q::JS_PROP_C_W_E as i32;
            let done = unsafe {
                q::JS_DefinePropertyValue(ctx(), object.raw(), name.0, value.give(), flags)
            };
            if done < 0 {
                return Err(Bad::Thrown);
            }
        }
        Ok(object)
    }

    fn atom(&mut self, tag: u8) -> Result<Atom, Bad> {
        if tag == tag::UTF8 {
            let bytes = self.sized()?;
            let text = core::str::from_utf8(bytes).map_err(|_| Bad::Malformed)?;
            return Ok(Atom::of(text)?);
        }
        let name = self.string(tag)?;
        match unsafe { q::JS_ValueToAtom(ctx(), name.raw()) } {
            0 => Err(Bad::Thrown),
            atom => Ok(Atom(atom)),
        }
    }

    fn string(&mut self, tag: u8) -> Result<Value, Bad> {
        if tag == tag::UTF8 {
            let bytes = self.sized()?;
            // QuickJS writes ASCII as it is; all else must be UTF-8.
            if !bytes.is_ascii() && core::str::from_utf8(bytes).is_err() {
                return Err(Bad::Malformed);
            }
            let start = bytes.as_ptr().cast();
            return Ok(Value::of(unsafe { q::JS_NewStringLen(ctx(), start, bytes.len() as u32) })?);
        }
        if tag != tag::UTF16 {
            return Err(Bad::Malformed);
        }
        let count = self.varint()?;
        let bytes = self.take(count.checked_mul(2).ok_or(Bad::Malformed)?)?;
        let units: Vec<u16> =
            bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        Ok(Value::of(unsafe { q::JS_NewStringUTF16(ctx(), units.as_ptr(), units.len() as u32) })?)
    }

    fn view(&mut self) -> Result<Value, Bad> {
        let kind = self.byte()?;
        let bytes = self.sized()?;
        let buffer = Value::of(unsafe {
            q::JS_NewArrayBufferCopy(ctx(), bytes.as_ptr(), bytes.len() as u32)
        })?;
        match kind {
            view::BUFFER => Ok(buffer),
            view::DATA_VIEW => {
                Ok(realm().hooks().data_view.call(q::JS_UNDEFINED, &[buffer.raw()])?)
            }
            _ => {
                let kind = view::to_type(kind).ok_or(Bad::Malformed)?;
                let mut arguments = [buffer.raw()];
                let array = unsafe { q::JS_NewTypedArray(ctx(), 1, arguments.as_mut_ptr(), kind) };
                Ok(Value::of(array)?)
            }
        }
    }
}

/// What an outcome says: the value that was returned, or Err with the one that was thrown.
pub fn outcome(bytes: &[u8]) -> Result<Value, Value> {
    let mut decoder = Decoder::new(bytes);
    let decoded = decoder.byte().and_then(|tag| Ok((tag, decoder.value()?)));
    match decoded {
        Ok((0, value)) => Ok(value),
        Ok((1, error)) => Err(error),
        Ok(_) => {
            Bad::Malformed.throw();
            Err(caught())
        }
        Err(bad) => {
            bad.throw();
            Err(caught())
        }
    }
}
