//! Text in bytes: UTF-8, UTF-16 and windows-1252.

use crate::natives::Arguments;
use crate::realm::ctx;
use crate::value::{Text, Thrown, Value, throw_type};
use rquickjs_sys as q;

/// What a lone surrogate has in the bytes of QuickJS's, and U+FFFD in UTF-8: both have three bytes.
const REPLACEMENT: [u8; 3] = [0xef, 0xbf, 0xbd];

/// UTF-8, with U+FFFD for each lone surrogate.
pub fn well_formed(text: &Text) -> Vec<u8> {
    let mut bytes = text.bytes().to_vec();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == 0xed) {
        at += found;
        if bytes.get(at + 1).is_some_and(|second| *second >= 0xa0) {
            bytes[at..at + 3].copy_from_slice(&REPLACEMENT);
        }
        at += 1;
    }
    bytes
}

pub fn string(text: &Text) -> String {
    String::from_utf8(well_formed(text)).unwrap_or_default()
}

pub fn utf8_encode(given: Arguments) -> Result<Value, Thrown> {
    let bytes = well_formed(&given.text(0)?);
    Value::of(unsafe { q::JS_NewUint8ArrayCopy(ctx(), bytes.as_ptr(), bytes.len() as u32) })
}

pub fn utf8_encode_into(given: Arguments) -> Result<Value, Thrown> {
    let text = string(&given.text(0)?);
    let into = given.bytes(1)?;
    let (mut read, mut written) = (0, 0);
    for character in text.chars() {
        if written + character.len_utf8() > into.len() {
            break;
        }
        character.encode_utf8(&mut into[written..]);
        written += character.len_utf8();
        read += character.len_utf16();
    }
    Value::array(vec![Value::number(read as f64), Value::number(written as f64)])
}

pub fn decode(given: Arguments) -> Result<Value, Thrown> {
    let encoding = given.text(1)?.text();
    let is_fatal = unsafe { q::JS_ToBool(ctx(), given.at(2)) } != 0;
    let bytes = given.bytes(0)?.to_vec();
    match encoding.as_str() {
        "utf-8" => match core::str::from_utf8(&bytes) {
            Ok(text) => Value::string(text),
            Err(_) if is_fatal => malformed(),
            Err(_) => Value::string(&String::from_utf8_lossy(&bytes)),
        },
        "windows-1252" => {
            Value::string(&bytes.iter().map(|byte| windows_1252(*byte)).collect::<String>())
        }
        _ => {
            let order =
                if encoding == "utf-16be" { u16::from_be_bytes } else { u16::from_le_bytes };
            let units = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
            let mut text = String::with_capacity(bytes.len());
            for character in char::decode_utf16(units) {
                match character {
                    Ok(character) => text.push(character),
                    Err(_) if is_fatal => return malformed(),
                    Err(_) => text.push(char::REPLACEMENT_CHARACTER),
                }
            }
            if bytes.len() % 2 == 1 {
                if is_fatal {
                    return malformed();
                }
                text.push(char::REPLACEMENT_CHARACTER);
            }
            Value::string(&text)
        }
    }
}

fn malformed() -> Result<Value, Thrown> {
    throw_type("The bytes are no text in this encoding.");
    Err(Thrown)
}

fn windows_1252(byte: u8) -> char {
    const HIGH: &str = "\u{20ac}\u{81}\u{201a}\u{192}\u{201e}\u{2026}\u{2020}\u{2021}\u{2c6}\u{2030}\u{160}\u{2039}\u{152}\u{8d}\u{17d}\u{8f}\u{90}\u{2018}\u{2019}\u{201c}\u{201d}\u{2022}\u{2013}\u{2014}\u{2dc}\u{2122}\u{161}\u{203a}\u{153}\u{9d}\u{17e}\u{178}";
    match byte {
        0x80..0xa0 => HIGH.chars().nth(usize::from(byte - 0x80)).unwrap_or_default(),
        _ => char::from(byte),
    }
}

pub fn incomplete_tail(given: Arguments) -> Result<Value, Thrown> {
    let encoding = given.text(1)?.text();
    let bytes = given.bytes(0)?;
    let tail = match encoding.as_str() {
        "utf-8" => utf8_tail(bytes),
        "windows-1252" => 0,
        _ => {
            let odd = bytes.len() % 2;
            let high_at = if encoding == "utf-16be" { 2 } else { 1 };
            let whole = &bytes[..bytes.len() - odd];
            let ends_high = whole.len() >= 2 && whole[whole.len() - high_at] & 0xfc == 0xd8;
            odd + if ends_high { 2 } else { 0 }
        }
    };
    Ok(Value::number(tail as f64))
}

// How many bytes at the end begin a character that may still become whole.
fn utf8_tail(bytes: &[u8]) -> usize {
    for length in 1..=bytes.len().min(3) {
        let tail = &bytes[bytes.len() - length..];
        if tail[0] & 0xc0 == 0x80 {
            continue;
        }
        return match core::str::from_utf8(tail) {
            Err(error) if error.error_len().is_none() => length,
            _ => 0,
        };
    }
    0
}
