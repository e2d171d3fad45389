//! The form in which values cross: see "Values" in the README of `guests-js`.

pub mod decode;
pub mod encode;

/// The most levels of nesting.
pub const DEPTH: usize = 500;

pub mod tag {
    pub const UNDEFINED: u8 = 0x00;
    pub const NULL: u8 = 0x01;
    pub const FALSE: u8 = 0x02;
    pub const TRUE: u8 = 0x03;
    pub const I32: u8 = 0x04;
    pub const F64: u8 = 0x05;
    pub const BIGINT: u8 = 0x06;
    pub const UTF8: u8 = 0x07;
    pub const UTF16: u8 = 0x08;
    pub const ARRAY: u8 = 0x09;
    pub const OBJECT: u8 = 0x0a;
    pub const BYTES: u8 = 0x0b;
    pub const VIEW: u8 = 0x0c;
    pub const DATE: u8 = 0x0d;
    pub const MAP: u8 = 0x0e;
    pub const SET: u8 = 0x0f;
    pub const ERROR: u8 = 0x10;
    pub const RESOURCE: u8 = 0x11;
    pub const REGEXP: u8 = 0x12;
    pub const S64: u8 = 0x16;
}

/// What kinds of views there are besides Uint8Array, by their number in the form.
pub mod view {
    pub const BUFFER: u8 = 0;
    pub const DATA_VIEW: u8 = 11;

    /// QuickJS's number of a typed array's type, and ours.
    const TYPES: [(i32, u8); 11] = [
        (1, 1),
        (0, 2),
        (3, 3),
        (4, 4),
        (5, 5),
        (6, 6),
        (10, 7),
        (11, 8),
        (7, 9),
        (8, 10),
        (9, 12),
    ];

    pub fn of_type(quickjs: i32) -> Option<u8> {
        TYPES.iter().find(|(theirs, _)| *theirs == quickjs).map(|(_, ours)| *ours)
    }

    pub fn to_type(ours: u8) -> Option<u32> {
        TYPES.iter().find(|(_, number)| *number == ours).map(|(theirs, _)| *theirs as u32)
    }
}

pub fn varint(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
