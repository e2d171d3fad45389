//! Counts the files and lines of a workspace by language, and shows how far it is.

mod tally;

use serde::Deserialize;
use serde_json::json;

use crate::exports::tenon::plugin::commands::{Call, Failure, Guest, Problem};
use crate::tally::{FileCount, Tally};
use crate::tenon::plugin::types::Refusal;
use crate::tenon::plugin::ui::Progress;
use crate::tenon::plugin::workspace::{self, Entry, Kind};
use crate::tenon::plugin::{clock, log};

wit_bindgen::generate!({ path: "../../wit", world: "command-plugin" });

struct WorkspaceStats;

export!(WorkspaceStats);

impl Guest for WorkspaceStats {
    fn run(call: Call) -> Result<String, Failure> {
        panics::to_log();
        match call.id.as_str() {
            "workspace-stats.count" => {
                let input: Option<Input> = serde_json::from_str(&call.input)
                    .map_err(|error| invalid("", error.to_string()))?;
                count(&input.unwrap_or_default())
            }
            _ => Err(Failure::UnknownCommand),
        }
    }
}

#[derive(Default, Deserialize)]
struct Input {
    /// A folder; the root where it is missing.
    #[serde(default)]
    path: String,
    glob: Option<String>,
}

/// Enough for most; the answer says where it was not.
const MOST_FILES: usize = 20_000;
/// The contract allows 4 MiB.
const PIECE: u32 = 256 * 1024;
/// How often the person sees news, in files.
const STEP: usize = 25;

fn count(input: &Input) -> Result<String, Failure> {
    let started = clock::monotonic_us();
    let (files, all) = files(input)?;
    let bar = Bar::start("Counting lines", files.len());
    let mut tally = Tally::default();
    let mut unreadable = 0u64;
    for (at, file) in files.iter().enumerate() {
        if at % STEP == 0 {
            bar.report(at, &file.path)?;
        }
        match read(&file.path) {
            Ok(count) => tally.add(&file.path, file.size, count),
            // Gone or locked since it was listed.
            Err(workspace::Error::NotFound | workspace::Error::Failed) => unreadable += 1,
            Err(error) => return Err(failed(error)),
        }
    }
    let fields = [
        ("files".to_owned(), files.len().to_string()),
        ("ms".to_owned(), ((clock::monotonic_us() - started) / 1000).to_string()),
    ];
    log::write(log::Level::Info, "counted", &fields);
    Ok(json!({ "complete": all, "unreadable": unreadable, "tally": tally }).to_string())
}

/// The files to count, and whether these are all.
fn files(input: &Input) -> Result<(Vec<Entry>, bool), Failure> {
    let glob = input.glob.as_deref().unwrap_or("**");
    let mut files = Vec::new();
    let mut cursor = None;
    loop {
        let page =
            workspace::entries(&input.path, Some(glob), cursor.as_deref()).map_err(failed)?;
        files.extend(page.entries.into_iter().filter(|entry| entry.kind == Kind::File));
        if files.len() > MOST_FILES {
            files.truncate(MOST_FILES);
            return Ok((files, false));
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok((files, true)),
        }
    }
}

fn read(path: &str) -> Result<FileCount, workspace::Error> {
    let mut count = FileCount::default();
    let mut offset = 0;
    loop {
        let piece = workspace::read(path, offset, PIECE)?;
        offset += piece.len() as u64;
        if piece.is_empty() || !count.add(&piece) {
            return Ok(count);
        }
    }
}

/// Progress on the screen, where that was granted: a missing grant stops no counting.
struct Bar(Option<Progress>);

impl Bar {
    fn start(title: &str, total: usize) -> Self {
        Self(Progress::start(title, Some(total as u64)).ok())
    }

    /// Fails when the person calls the task off.
    fn report(&self, done: usize, note: &str) -> Result<(), Failure> {
        let Some(progress) = &self.0 else { return Ok(()) };
        match progress.report(done as u64, Some(note)) {
            Err(Refusal::Cancelled) => Err(Failure::Cancelled),
            _ => Ok(()),
        }
    }
}

fn failed(error: workspace::Error) -> Failure {
    match error {
        workspace::Error::Refused(Refusal::Cancelled) => Failure::Cancelled,
        workspace::Error::Refused(
            Refusal::Denied(why) | Refusal::Unavailable(why) | Refusal::Quota(why),
        ) => Failure::Failed(format!("the files cannot be read: {why}")),
        workspace::Error::InvalidPath(why) => invalid("/path", why),
        workspace::Error::InvalidGlob(why) => invalid("/glob", why),
        workspace::Error::NotFound => invalid("/path", "there is no such folder"),
        workspace::Error::NotADirectory => invalid("/path", "this is a file"),
        other => Failure::Failed(other.to_string()),
    }
}

fn invalid(path: &str, message: impl Into<String>) -> Failure {
    Failure::InvalidInput(vec![Problem { path: path.into(), message: message.into() }])
}
