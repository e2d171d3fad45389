//! Misdeeds that need no host: traps, loops, and the use of too much of everything.

use std::hint::black_box;

use serde_json::{Value, json};

/// The instruction that always traps.
pub fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

pub fn spin() -> ! {
    let mut turns = 0u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Grows the memory page by page until the host says no, and writes to every page it gets.
pub fn grow() -> Value {
    const PAGE: usize = 65_536;
    let mut grown = 0;
    loop {
        let before = core::arch::wasm32::memory_grow(0, 1);
        if before == usize::MAX {
            return json!({ "grownPages": grown, "pages": core::arch::wasm32::memory_size(0) });
        }
        // SAFETY: the page has just become ours, and nobody else knows of it.
        unsafe { (before.wrapping_mul(PAGE) as *mut u8).write_volatile(1) };
        grown += 1;
    }
}

/// Calls itself without end, near enough: each call keeps something to do for its return.
pub fn recurse(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX {
        return 0;
    }
    let frame = black_box([depth; 8]);
    frame[0].wrapping_add(recurse(depth + 1))
}

/// Holds on to more and more memory through the allocator, which gives up by trapping.
pub fn hoard() -> ! {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(black_box(vec![1; 1 << 20]));
    }
}
