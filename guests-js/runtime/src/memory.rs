//! One allocator for QuickJS and Rust: libc's.
//!
//! QuickJS-ng alone takes every block for 0 bytes here (`js__malloc_usable_size` knows neither this
//! target nor its libc), so it would keep no memory limit and would hardly ever collect garbage.

use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use rquickjs_sys::JSMallocFunctions;
use std::alloc::{GlobalAlloc, Layout};

unsafe extern "C" {
    fn malloc(size: usize) -> *mut u8;
    fn calloc(count: usize, size: usize) -> *mut u8;
    fn realloc(block: *mut u8, size: usize) -> *mut u8;
    fn free(block: *mut u8);
    fn aligned_alloc(align: usize, size: usize) -> *mut u8;
    fn malloc_usable_size(block: *const u8) -> usize;
}

pub const FUNCTIONS: JSMallocFunctions = JSMallocFunctions {
    js_calloc: Some(js_calloc),
    js_malloc: Some(js_malloc),
    js_free: Some(js_free),
    js_realloc: Some(js_realloc),
    js_malloc_usable_size: Some(js_usable_size),
};

/// What QuickJS has, and may have.
struct Budget {
    used: AtomicUsize,
    most: AtomicUsize,
    /// A block was refused. Until that has been told, a little more is given than there is: the error
    /// itself is an object.
    has_refused: AtomicBool,
}

static BUDGET: Budget = Budget {
    used: AtomicUsize::new(0),
    most: AtomicUsize::new(usize::MAX),
    has_refused: AtomicBool::new(false),
};

/// How much more that is.
const RESERVE: usize = 64 * 1024;

/// Sets the most bytes that QuickJS may have; 0: as many as there are.
pub fn limit(bytes: usize) {
    BUDGET.most.store(if bytes == 0 { usize::MAX } else { bytes }, Relaxed);
}

/// The bytes that QuickJS has.
pub fn used() -> usize {
    BUDGET.used.load(Relaxed)
}

/// Whether QuickJS was refused a block since this was last asked.
pub fn has_refused() -> bool {
    BUDGET.has_refused.swap(false, Relaxed)
}

impl Budget {
    fn has(&self, more: usize) -> bool {
        let wanted = self.used.load(Relaxed).saturating_add(more);
        let most = self.most.load(Relaxed);
        if wanted <= most {
            return true;
        }
        let was_refused = self.has_refused.swap(true, Relaxed);
        was_refused && wanted <= most.saturating_add(RESERVE)
    }

    unsafe fn given(&self, block: *mut u8) -> *mut c_void {
        if block.is_null() {
            self.has_refused.store(true, Relaxed);
        } else {
            self.used.fetch_add(unsafe { malloc_usable_size(block) }, Relaxed);
        }
        block.cast()
    }

    unsafe fn returned(&self, block: *const u8) {
        if !block.is_null() {
            self.used.fetch_sub(unsafe { malloc_usable_size(block) }, Relaxed);
        }
    }
}

unsafe extern "C" fn js_calloc(_: *mut c_void, count: u32, size: u32) -> *mut c_void {
    let bytes = (count as usize).saturating_mul(size as usize);
    if !BUDGET.has(bytes) {
        return core::ptr::null_mut();
    }
    unsafe { BUDGET.given(calloc(count as usize, size as usize)) }
}

unsafe extern "C" fn js_malloc(_: *mut c_void, size: u32) -> *mut c_void {
    if !BUDGET.has(size as usize) {
        return core::ptr::null_mut();
    }
    unsafe { BUDGET.given(malloc(size as usize)) }
}

unsafe extern "C" fn js_free(_: *mut c_void, block: *mut c_void) {
    unsafe {
        BUDGET.returned(block.cast());
        released(block.cast());
    }
}

unsafe extern "C" fn js_realloc(_: *mut c_void, block: *mut c_void, size: u32) -> *mut c_void {
    unsafe {
        let before = if block.is_null() { 0 } else { malloc_usable_size(block.cast()) };
        if !BUDGET.has((size as usize).saturating_sub(before)) {
            return core::ptr::null_mut();
        }
        let moved = resized(block.cast(), size as usize);
        if moved.is_null() {
            return moved.cast();
        }
        BUDGET.used.fetch_sub(before, Relaxed);
        BUDGET.given(moved)
    }
}

unsafe extern "C" fn js_usable_size(block: *const c_void) -> u32 {
    unsafe { malloc_usable_size(block.cast()) as u32 }
}

/// Whether freed blocks are zeroed: what the build leaves in memory becomes part of the component.
static IS_PREPARING: AtomicBool = AtomicBool::new(false);

/// Zeroes freed blocks from now on, or no more.
pub fn zero_freed(is_wanted: bool) {
    IS_PREPARING.store(is_wanted, Relaxed);
}

unsafe fn released(block: *mut u8) {
    unsafe {
        if IS_PREPARING.load(Relaxed) && !block.is_null() {
            block.write_bytes(0, malloc_usable_size(block));
        }
        free(block);
    }
}

unsafe fn resized(block: *mut u8, size: usize) -> *mut u8 {
    unsafe {
        if !IS_PREPARING.load(Relaxed) || block.is_null() {
            return realloc(block, size);
        }
        let moved = malloc(size);
        if !moved.is_null() {
            block.copy_to_nonoverlapping(moved, malloc_usable_size(block).min(size));
            released(block);
        }
        moved
    }
}

struct Libc;

/// What libc's `malloc` aligns to.
const ALIGNED: usize = 16;

unsafe impl GlobalAlloc for Libc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe {
            if layout.align() <= ALIGNED {
                malloc(layout.size())
            } else {
                aligned_alloc(layout.align(), layout.size().next_multiple_of(layout.align()))
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        unsafe { released(block) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe {
            if layout.align() <= ALIGNED {
                return resized(block, size);
            }
            let moved = aligned_alloc(layout.align(), size.next_multiple_of(layout.align()));
            if !moved.is_null() {
                core::ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                released(block);
            }
            moved
        }
    }
}

#[global_allocator]
static GLOBAL: Libc = Libc;
