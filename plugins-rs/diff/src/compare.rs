//! Comparing two texts. Knows nothing of plugins.

use serde::Serialize;
use similar::{Algorithm, ChangeTag, TextDiff};

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Unified {
    /// As `diff -u` writes it; empty where the texts are the same.
    pub unified: String,
    /// Lines that are in the second text only.
    pub added: usize,
    /// Lines that are in the first text only.
    pub removed: usize,
}

/// Compares line by line, with `context` lines that are the same around each difference.
pub fn unified(before: &str, after: &str, context: usize, names: &[String; 2]) -> Unified {
    let diff = TextDiff::configure().algorithm(Algorithm::Histogram).diff_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    Unified {
        unified: diff
            .unified_diff()
            .context_radius(context)
            .header(&names[0], &names[1])
            .to_string(),
        added: count(ChangeTag::Insert),
        removed: count(ChangeTag::Delete),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Same,
    Added,
    Removed,
}

/// A run of words of one kind, the space between them included.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    pub kind: Kind,
    pub text: String,
}

/// Compares word by word. What is not `Added` makes up the first text, what is not `Removed` the
/// second.
pub fn words(before: &str, after: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Kind::Same,
            ChangeTag::Insert => Kind::Added,
            ChangeTag::Delete => Kind::Removed,
        };
        match runs.last_mut() {
            Some(run) if run.kind == kind => run.text.push_str(change.value()),
            _ => runs.push(Run { kind, text: change.value().to_owned() }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> [String; 2] {
        ["a".into(), "b".into()]
    }

    #[test]
    fn shows_what_changed_with_its_surroundings() {
        let diff = unified("one\ntwo\nthree\nfour\n", "one\n2\nthree\nfour\n", 1, &names());
        assert_eq!(diff.unified, "--- a\n+++ b\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
        assert_eq!((diff.added, diff.removed), (1, 1));
    }

    #[test]
    fn the_same_text_has_no_difference() {
        let same = Unified { unified: String::new(), added: 0, removed: 0 };
        assert_eq!(unified("a\nb", "a\nb", 3, &names()), same);
        assert_eq!(unified("", "", 3, &names()), same);
    }

    #[test]
    fn says_where_the_last_line_break_is_missing() {
        assert!(unified("a\n", "a", 3, &names()).unified.contains("No newline at end of file"));
    }

    #[test]
    fn words_make_up_both_texts_again() {
        let (before, after) = ("the quick  fox\njumps", "the slow fox jumps over\n");
        let runs = words(before, after);
        let all_but = |kind: Kind| -> String {
            runs.iter().filter(|run| run.kind != kind).map(|run| run.text.as_str()).collect()
        };
        assert_eq!(all_but(Kind::Added), before);
        assert_eq!(all_but(Kind::Removed), after);
    }

    #[test]
    fn texts_without_a_line_in_common_are_done_in_good_time() {
        let numbered =
            |word: &str| -> String { (0..20_000).map(|n| format!("{word}{n}\n")).collect() };
        assert_eq!(unified(&numbered("a"), &numbered("b"), 3, &names()).added, 20_000);
    }
}
