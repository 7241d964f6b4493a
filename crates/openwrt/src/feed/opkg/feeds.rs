//! The feeds that a root names: `/etc/opkg/*.conf`.

use super::Error;
use crate::types::quoted;

/// A feed of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// What it is called: `openwrt_base`.
    pub name: String,
    /// The folder of its list: the list is `Packages` below it, or `Packages.gz`.
    pub url: String,
    /// Whether the list is there as `Packages.gz`.
    pub compressed: bool,
}

/// Reads the lines `src NAME URL` and `src/gz NAME URL` of a file; options and comments are passed over. As in opkg, the
/// first of several feeds with one name wins.
pub fn feeds(place: &str, text: &str) -> Result<Vec<Feed>, Error> {
    let mut feeds: Vec<Feed> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        let compressed = match words.next() {
            Some("src") => false,
            Some("src/gz") => true,
            _ => continue,
        };
        let (Some(name), Some(url), None) = (words.next(), words.next(), words.next()) else {
            let problem = format!("{} is not `src/gz NAME URL`", quoted(line));
            return Err(Error::text(place, at + 1, problem));
        };
        if !feeds.iter().any(|feed| feed.name == name) {
            feeds.push(Feed { name: name.to_owned(), url: url.trim_end_matches('/').to_owned(), compressed });
        }
    }
    Ok(feeds)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;

    #[test]
    fn reads_feeds_and_passes_over_the_rest() {
        let text = "# src/gz none http://x\noption check_signature\n\nsrc/gz base http://h/base/\n\
                    src local file:///feed\nsrc/gz base http://other\n";
        let feed =
            |name: &str, url: &str, compressed| Feed { name: name.into(), url: url.into(), compressed };
        let wanted = [feed("base", "http://h/base", true), feed("local", "file:///feed", false)];
        assert_eq!(feeds("distfeeds.conf", text).unwrap(), wanted);
    }

    #[test]
    fn names_the_line_of_half_a_feed() {
        let error = feeds("distfeeds.conf", "\nsrc/gz base\n").unwrap_err();
        assert_eq!(error.to_string(), "distfeeds.conf, line 2: `src/gz base` is not `src/gz NAME URL`");
    }
}
