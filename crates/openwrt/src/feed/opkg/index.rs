//! The list of a feed: `Packages`.

use std::io::Read as _;

use flate2::read::GzDecoder;

use super::control::Value;
use super::paragraph::paragraphs;
use super::{Control, Error};
use crate::types::{Digest, Invalid, RootPath, quoted};

/// The largest list of OpenWrt, the one of its packages feed, has about 5 MiB.
const LONGEST: usize = 64 << 20;

/// The packages of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// In the order of the list.
    pub entries: Vec<Entry>,
}

/// A package that a feed offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it says of itself.
    pub control: Control,
    /// Where it lies, relative to the list: clean, without `..`, and nothing that means something else in a URL.
    pub filename: String,
    /// How many bytes the file has.
    pub size: u64,
    /// The SHA-256 of the file.
    pub sha256: Digest,
}

impl Index {
    /// Reads a list. `place` is what messages call it: the feed's name or address.
    pub fn parse(place: &str, text: &[u8]) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::TooLong { place: place.to_owned(), most: LONGEST });
        }
        // Descriptions and names of maintainers are not always UTF-8, and nothing here depends on them.
        let text = String::from_utf8_lossy(text);
        let entries = paragraphs(place, &text)
            .map(|paragraph| {
                let paragraph = paragraph?;
                let field = |field: &'static str| Value { paragraph: &paragraph, field }.required();
                Ok(Entry {
                    control: Control::of(&paragraph)?,
                    filename: field("Filename")?.read(filename)?,
                    size: field("Size")?.read(size)?,
                    sha256: field("SHA256sum")?.read(|hex| format!("sha256:{hex}").parse())?,
                })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { entries })
    }
}

impl Entry {
    /// Checks that the package that came is the one that the list promised.
    pub fn check(&self, package: &Control) -> Result<(), Error> {
        let same = |field, indexed: &str, own: &str| {
            if indexed == own {
                return Ok(());
            }
            Err(Error::OtherPackage { field, indexed: quoted(indexed), own: quoted(own) })
        };
        same("Package", &self.control.name, &package.name)?;
        same("Version", self.control.version.as_str(), package.version.as_str())?;
        same("Architecture", &self.control.architecture, &package.architecture)
    }
}

/// Inflates a `Packages.gz`, which is not trusted yet: the signature is of what is in it.
pub fn inflate(place: &str, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    let limit = LONGEST as u64 + 1;
    let read = GzDecoder::new(bytes).take(limit).read_to_end(&mut text);
    read.map_err(|error| {
        Error::text(place, text.split(|c| *c == b'\n').count(), format!("it is no whole gzip file: {error}"))
    })?;
    if text.len() > LONGEST {
        return Err(Error::TooLong { place: place.to_owned(), most: LONGEST });
    }
    Ok(text)
}

fn filename(text: &str) -> Result<String, Invalid> {
    let clean = text.strip_prefix("./").unwrap_or(text);
    let path: RootPath = clean.parse()?;
    // `%2e%2e`, a query or another host would lead elsewhere.
    if path.as_str() == clean
        && !clean.contains(|c: char| "%?#\\:".contains(c) || c.is_whitespace() || c.is_control())
    {
        return Ok(clean.to_owned());
    }
    Err(Invalid::new(
        format!("{} is no plain relative path", quoted(text)),
        "write such as `libc_1.2-3_x86_64.ipk`",
    ))
}

fn size(text: &str) -> Result<u64, Invalid> {
    text.parse()
        .map_err(|_| Invalid::new(format!("{} is no size", quoted(text)), "write the number of bytes"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;
    use std::io::Write as _;

    fn list(changed: &str, to: &str) -> String {
        let sum = "ab".repeat(32);
        format!(
            "Package: a\nVersion: 1\nArchitecture: all\nFilename: ./a_1_all.ipk\nSize: 7\nSHA256sum: {sum}\n\
             Description: caf\u{e9}\n\nPackage: b\nVersion: 2\nArchitecture: all\nFilename: sub/b.ipk\nSize: 8\n\
             SHA256sum: {sum}\n"
        )
        .replacen(changed, to, 1)
    }

    #[test]
    fn reads_what_is_needed_to_fetch() {
        let mut text = list("", "").into_bytes();
        text.extend(b"Description: \xff\xfe\n");
        let index = Index::parse("feed", &text).unwrap();
        let files: Vec<_> = index.entries.iter().map(|entry| (entry.filename.as_str(), entry.size)).collect();
        assert_eq!(files, [("a_1_all.ipk", 7), ("sub/b.ipk", 8)]);
    }

    #[test]
    fn refuses_an_entry_that_cannot_be_fetched_and_verified() {
        for (from, to, message) in [
            ("Filename: ./a_1_all.ipk\n", "", "feed, line 1: the package has no `Filename`"),
            ("Size: 7", "Size: -7", "feed, line 5: `a`: `Size`: `-7` is no size: write the number of bytes"),
            ("SHA256sum: ab", "SHA256sum: AB", "feed, line 6: `a`: `SHA256sum`: `sha256:AB"),
            ("SHA256sum", "MD5Sum", "feed, line 1: the package has no `SHA256sum`"),
        ] {
            let error = Index::parse("feed", list(from, to).as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn refuses_a_filename_that_leads_elsewhere() {
        for name in
            ["../a", "/a", "a/../b", "a//b", "http://x/a", "a%2fb", "a?b", "a#b", "a b", "a\\b", ".", "a/"]
        {
            assert!(Index::parse("feed", list("./a_1_all.ipk", name).as_bytes()).is_err(), "{name}");
        }
    }

    #[test]
    fn another_package_than_the_listed_one_is_refused() {
        let index = Index::parse("feed", list("", "").as_bytes()).unwrap();
        let control = |text: &str| Control::parse("control", text).unwrap();
        let own = "Package: a\nVersion: 1\nArchitecture: all\n";
        assert!(index.entries[0].check(&control(own)).is_ok());
        for (from, to, field) in
            [(": a\n", ": b\n", "Package"), (": 1", ": 1.", "Version"), ("all", "x86", "Architecture")]
        {
            let error = index.entries[0].check(&control(&own.replace(from, to))).unwrap_err();
            assert!(error.to_string().starts_with(&format!("the index says {field}")), "{error}");
        }
    }

    #[test]
    fn inflates_whole_files_and_no_bombs() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"Package: a\n").unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(inflate("feed", &packed).unwrap(), b"Package: a\n");
        assert!(inflate("feed", &packed[..packed.len() - 1]).is_err());
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::copy(&mut std::io::repeat(b'a').take(LONGEST as u64 + 1), &mut bomb).unwrap();
        let error = inflate("feed", &bomb.finish().unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "feed has more than 67108864 bytes, which no real one has");
    }
}
