/// What a plugin keeps of the documents that it saw last, by URI.
pub struct Kept<T> {
    most: usize,
    /// The latest is last.
    list: Vec<(String, T)>,
}

impl<T> Kept<T> {
    pub const fn new(most: usize) -> Self {
        Self { most, list: Vec::new() }
    }

    /// Taken out, so that what is left half done after an error is not found again.
    pub fn take(&mut self, uri: &str) -> Option<T> {
        let at = self.list.iter().position(|(kept, _)| kept == uri)?;
        Some(self.list.remove(at).1)
    }

    /// The one that was put back longest ago makes room.
    pub fn put(&mut self, uri: String, what: T) {
        self.take(&uri);
        self.list.push((uri, what));
        if self.list.len() > self.most {
            self.list.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let mut kept = Kept::new(2);
        kept.put("a".into(), 1);
        kept.put("b".into(), 2);
        let a = kept.take("a").unwrap();
        kept.put("a".into(), a + 10);
        kept.put("c".into(), 3);
        assert_eq!([kept.take("a"), kept.take("b"), kept.take("c")], [Some(11), None, Some(3)]);
    }
}
