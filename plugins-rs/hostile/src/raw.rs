//! Imports as the component model's ABI has them, without the care that bindings take: whatever
//! number or pointer is passed reaches the host as it is.

#[link(wasm_import_module = "tenon:plugin/text@0.1.0")]
unsafe extern "C" {
    #[link_name = "[method]snapshot.size"]
    pub fn snapshot_size(handle: u32) -> u32;
    #[link_name = "[resource-drop]snapshot"]
    pub fn snapshot_drop(handle: u32);
}

#[link(wasm_import_module = "tenon:plugin/settings@0.1.0")]
unsafe extern "C" {
    #[link_name = "get"]
    pub fn settings_get(key: usize, key_length: usize, result: *mut u8);
}

#[link(wasm_import_module = "tenon:plugin/log@0.1.0")]
unsafe extern "C" {
    #[link_name = "write"]
    pub fn log_write(
        level: u32,
        message: usize,
        message_length: usize,
        fields: *const [Text; 2],
        fields_length: usize,
    );
}

/// A string: where it is and how many bytes it has.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub start: usize,
    pub length: usize,
}
