//! Words of a shell, for commands that messages show.

/// A path as a word of a shell.
pub fn quoted_for_shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./,:@%+=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_paths_become_words_of_a_shell() {
        assert_eq!(quoted_for_shell("a/b.yaml"), "a/b.yaml");
        assert_eq!(quoted_for_shell("my site's.yaml"), "'my site'\\''s.yaml'");
    }
}
