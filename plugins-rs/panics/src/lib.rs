//! Says in the log why a plugin panics: a trap alone has no words.

use crate::tenon::plugin::log::{self, Level};

wit_bindgen::generate!({
    path: "../../wit",
    inline: "
        package acme:panics;
        world panics {
            import tenon:plugin/log@0.1.0;
        }
    ",
    generate_all,
});

/// To be called first in each export that the host may call first. The host puts the last 4 KiB that
/// a plugin logged into the error of its trap, whether or not it may write to the log.
pub fn to_log() {
    std::panic::set_hook(Box::new(|panic| log::write(Level::Error, &panic.to_string(), &[])));
}
