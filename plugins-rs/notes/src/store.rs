//! The notes of one bucket: `format` says how they are written, `next` counts them, `note:<number>`
//! is one of them.

use serde::{Deserialize, Serialize};

use crate::tenon::plugin::clock;
use crate::tenon::plugin::kv::{self, Bucket, Entry};

/// Written to the bucket when it is new. A later version of this plugin that writes notes in
/// another way raises it and rewrites the older ones.
const FORMAT: &[u8] = b"1";

/// How often a write that another one got ahead of is tried again.
const ATTEMPTS: usize = 8;

#[derive(Debug, Serialize, Deserialize)]
pub struct Note {
    pub title: String,
    pub text: String,
    /// In milliseconds since 1970.
    pub created: u64,
    pub changed: u64,
}

/// A note as it was read: `revision` is the key to changing it.
#[derive(Debug, Serialize)]
pub struct Read {
    pub id: u64,
    pub revision: u64,
    #[serde(flatten)]
    pub note: Note,
}

#[derive(Debug, Serialize)]
pub struct Page {
    pub notes: Vec<Summary>,
    /// Give it back for the next page.
    pub next: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Summary {
    pub id: u64,
    pub title: String,
    pub changed: u64,
}

pub enum Error {
    Storage(kv::Error),
    /// Somebody else changed it: here is what it is now.
    Conflict(Read),
    /// There is no such note.
    Missing,
    /// A later version of this plugin wrote what is stored.
    TooNew,
    /// What is stored is none of our writing.
    Unreadable,
}

impl From<kv::Error> for Error {
    fn from(error: kv::Error) -> Self {
        Self::Storage(error)
    }
}

pub struct Notes {
    bucket: Bucket,
}

impl Notes {
    pub fn open() -> Result<Self, Error> {
        let bucket = Bucket::open("notes")?;
        match bucket.compare_and_set("format", None, FORMAT) {
            Ok(_) => Ok(Self { bucket }),
            Err(kv::Error::Conflict) => match bucket.get("format")? {
                Some(Entry { value, .. }) if value == FORMAT => Ok(Self { bucket }),
                _ => Err(Error::TooNew),
            },
            Err(error) => Err(error.into()),
        }
    }

    pub fn add(&self, title: Option<String>, text: String) -> Result<Read, Error> {
        let now = clock::now_ms();
        let title = title.unwrap_or_else(|| title_of(&text));
        let note = Note { title, text, created: now, changed: now };
        let id = self.next_id()?;
        let revision = self.bucket.compare_and_set(&key(id), None, &encode(&note))?;
        Ok(Read { id, revision, note })
    }

    pub fn get(&self, id: u64) -> Result<Read, Error> {
        let Entry { value, revision } = self.bucket.get(&key(id))?.ok_or(Error::Missing)?;
        let note = serde_json::from_slice(&value).map_err(|_| Error::Unreadable)?;
        Ok(Read { id, revision, note })
    }

    /// Changes a note that is still as it was when it was read.
    pub fn update(&self, id: u64, revision: u64, change: Change) -> Result<Read, Error> {
        let read = self.get(id)?;
        if read.revision != revision {
            return Err(Error::Conflict(read));
        }
        let note = read.note;
        let text = change.text.unwrap_or(note.text);
        let title = change.title.unwrap_or(note.title);
        let note = Note { title, text, created: note.created, changed: clock::now_ms() };
        match self.bucket.compare_and_set(&key(id), Some(revision), &encode(&note)) {
            Ok(revision) => Ok(Read { id, revision, note }),
            Err(kv::Error::Conflict) => Err(Error::Conflict(self.get(id)?)),
            Err(error) => Err(error.into()),
        }
    }

    /// Answers whether there was such a note.
    pub fn delete(&self, id: u64) -> Result<bool, Error> {
        Ok(self.bucket.delete(&key(id))?)
    }

    /// In the order they were added, `limit` (1 to 1000) a page.
    pub fn list(&self, cursor: Option<&str>, limit: u32) -> Result<Page, Error> {
        let page = self.bucket.keys("note:", cursor, limit)?;
        let ids = page.keys.iter().filter_map(|key| key.strip_prefix("note:")?.parse().ok());
        let notes = ids.filter_map(|id: u64| match self.get(id) {
            Ok(Read { note, .. }) => {
                Some(Ok(Summary { id, title: note.title, changed: note.changed }))
            }
            // Deleted since the page was made.
            Err(Error::Missing) => None,
            Err(error) => Some(Err(error)),
        });
        Ok(Page { notes: notes.collect::<Result<_, _>>()?, next: page.next })
    }

    /// A number that no note had before, those deleted included.
    fn next_id(&self) -> Result<u64, Error> {
        for _ in 0..ATTEMPTS {
            let entry = self.bucket.get("next")?;
            let (revision, id) = match &entry {
                None => (None, 1),
                Some(Entry { value, revision }) => {
                    let text = std::str::from_utf8(value).ok();
                    let id = text.and_then(|text| text.parse().ok()).ok_or(Error::Unreadable)?;
                    (Some(*revision), id)
                }
            };
            match self.bucket.compare_and_set("next", revision, (id + 1).to_string().as_bytes()) {
                Ok(_) => return Ok(id),
                Err(kv::Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Storage(kv::Error::Conflict))
    }
}

pub struct Change {
    pub title: Option<String>,
    pub text: Option<String>,
}

/// With leading zeros, so that the order of keys is the order of numbers.
fn key(id: u64) -> String {
    format!("note:{id:012}")
}

fn encode(note: &Note) -> Vec<u8> {
    serde_json::to_vec(note).expect("texts and numbers are JSON")
}

/// The start of the first line that is not blank.
fn title_of(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or("Untitled").chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_numbers_do() {
        assert!(key(9) < key(10) && key(99_999) < key(100_000));
    }

    #[test]
    fn the_first_line_is_the_title() {
        assert_eq!(title_of("\n  Buy milk \nand bread"), "Buy milk");
        assert_eq!(title_of(" \n"), "Untitled");
        assert_eq!(title_of(&"é".repeat(100)).chars().count(), 60);
    }
}
