//! Finds and replaces with regular expressions, in a text or in a document of any size.

mod documents;
mod index;
mod search;

use serde::Deserialize;
use serde_json::json;

use crate::exports::tenon::plugin::commands::{Call, Failure, Guest, Problem};
use crate::index::Index;
use crate::search::{Match, Query, Replacement, Search};
use crate::tenon::plugin::text::{self, Document, Edit, Mark};
use crate::tenon::plugin::types::ByteRange;

wit_bindgen::generate!({ path: "../../wit", world: "command-plugin" });

struct FindReplace;

export!(FindReplace);

impl Guest for FindReplace {
    fn run(call: Call) -> Result<String, Failure> {
        panics::to_log();
        match call.id.as_str() {
            "find-replace.find" => find(&call),
            "find-replace.replace" => replace(&call),
            _ => Err(Failure::UnknownCommand),
        }
    }
}

#[derive(Deserialize)]
struct Find {
    #[serde(flatten)]
    query: Query,
    text: Option<String>,
    limit: Option<usize>,
}

fn find(call: &Call) -> Result<String, Failure> {
    let input: Find = read(&call.input)?;
    let search = Search::new(&input.query).map_err(|message| invalid("/pattern", message))?;
    let limit = input.limit.unwrap_or(1000).min(index::MOST_MATCHES);
    let (count, matches) = match (&input.text, &call.document) {
        (Some(text), _) => search.find(text, limit),
        (None, Some(document)) => {
            let snapshot = document.snapshot();
            let found = |index: &Index| Ok(index.first(&search, limit));
            let (count, matches) =
                documents::with_index(document, &snapshot, input.query, &search, found)
                    .map_err(failed)?;
            let marks: Vec<Mark> = matches.iter().map(mark).collect();
            document.annotate(snapshot.version(), "find", &marks).map_err(failed)?;
            (count, matches)
        }
        (None, None) => return Err(invalid("/text", "give a text or a document")),
    };
    Ok(json!({ "count": count, "matches": matches }).to_string())
}

#[derive(Deserialize)]
struct Replace {
    #[serde(flatten)]
    query: Query,
    replacement: String,
    text: Option<String>,
}

fn replace(call: &Call) -> Result<String, Failure> {
    let input: Replace = read(&call.input)?;
    let search = Search::new(&input.query).map_err(|message| invalid("/pattern", message))?;
    let too_much = |search::TooMuch| {
        Failure::Failed(format!("this would insert more than {} bytes", search::MOST_INSERTED))
    };
    match (&input.text, &call.document) {
        (Some(text), _) => {
            let made = search.replace(text, &input.replacement).map_err(too_much)?;
            let result = search::apply(text, &made);
            Ok(json!({ "replacements": made.len(), "text": result }).to_string())
        }
        (None, Some(document)) => {
            let snapshot = document.snapshot();
            let made = |index: &Index| index.replace(&snapshot, &search, &input.replacement);
            let made = documents::with_index(document, &snapshot, input.query, &search, made)
                .map_err(failed)?
                .map_err(too_much)?;
            let count = made.len();
            let version = edit(document, snapshot.version(), made)?;
            Ok(json!({ "replacements": count, "version": version }).to_string())
        }
        (None, None) => Err(invalid("/text", "give a text or a document")),
    }
}

/// The contract allows 4 MiB of text a batch; less keeps the lists that cross small.
const BATCH_EDITS: usize = 10_000;
const BATCH_BYTES: usize = 1024 * 1024;

/// Makes the replacements, batch by batch from the end of the document: what is still to be done
/// lies before what is done, so its offsets hold. Answers the last version.
fn edit(document: &Document, base: u64, mut left: Vec<Replacement>) -> Result<u64, Failure> {
    let all = left.len();
    let mut version = base;
    while !left.is_empty() {
        let start = batch_start(&left);
        let edits: Vec<Edit> = left.drain(start..).map(Edit::from).collect();
        version = document.apply(version, &edits).map_err(|error| match error {
            text::Error::Stale(_) => {
                let done = all - left.len() - edits.len();
                let message =
                    format!("the document was changed after {done} of {all} replacements");
                Failure::Failed(message)
            }
            other => failed(other),
        })?;
    }
    Ok(version)
}

/// Where the last batch of what is left begins.
fn batch_start(left: &[Replacement]) -> usize {
    let mut bytes = 0;
    let fitting = left.iter().rev().take(BATCH_EDITS).take_while(|replacement| {
        bytes += replacement.insert.len();
        bytes <= BATCH_BYTES
    });
    // At least one, however large.
    left.len() - fitting.count().max(1)
}

impl From<Replacement> for Edit {
    fn from(Replacement { range, insert }: Replacement) -> Self {
        Self { range: ByteRange { start: range.start as u32, end: range.end as u32 }, insert }
    }
}

fn mark(found: &Match) -> Mark {
    let range = ByteRange { start: found.start as u32, end: found.end as u32 };
    Mark { range, kind: "match".into(), severity: None, message: None }
}

fn read<'i, Input: Deserialize<'i>>(json: &'i str) -> Result<Input, Failure> {
    serde_json::from_str(json).map_err(|error| invalid("", error.to_string()))
}

fn failed(error: text::Error) -> Failure {
    Failure::Failed(match error {
        text::Error::Stale(_) => "the document was changed meanwhile; try again".into(),
        text::Error::ReadOnly => "the document is read-only".into(),
        other => other.to_string(),
    })
}

fn invalid(path: &str, message: impl Into<String>) -> Failure {
    Failure::InvalidInput(vec![Problem { path: path.into(), message: message.into() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserting(sizes: &[usize]) -> Vec<Replacement> {
        sizes.iter().map(|size| Replacement { range: 0..0, insert: "x".repeat(*size) }).collect()
    }

    #[test]
    fn a_batch_keeps_within_its_limits() {
        assert_eq!(batch_start(&inserting(&[1; BATCH_EDITS + 5])), 5);
        assert_eq!(batch_start(&inserting(&[1, BATCH_BYTES, 1, 2])), 2);
        assert_eq!(batch_start(&inserting(&[1, BATCH_BYTES + 1])), 1);
    }
}
