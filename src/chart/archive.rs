//! A chart's archive, as `helm package` and [`super::package`] write it: what is read of it is bounded, and nothing is
//! unpacked on the disk.

use std::io::{self, Read};

use flate2::read::GzDecoder;
use tar::Archive;
use thiserror::Error;

use crate::shown;
use crate::spec::Input;
use crate::types::in_short;

/// All of an archive, unpacked, in bytes; Helm has the same limit (helm.sh/helm/v4 pkg/chart/loader/archive).
const LARGEST: u64 = 100 << 20;
/// One file of it; Helm's limit too.
const LARGEST_FILE: u64 = 5 << 20;

/// The files of a chart that say what it is; their names are paths in the archive.
#[derive(Debug)]
pub struct Unpacked {
    /// Its `Chart.yaml`.
    pub metadata: Input,
    /// Its `values.yaml`.
    pub values: Input,
}

/// Why an archive cannot be used, as what it is.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// It cannot be read, or is none.
    #[error("cannot be read as the archive of a chart: {}", in_short(&.0.to_string()))]
    Io(#[from] io::Error),
    /// It has more than Helm takes.
    #[error("has more than {0} MiB in {name}", name = shown::line(.1))]
    Size(u64, String),
    /// A file is not there.
    #[error("has no `{0}` in its folder")]
    Missing(&'static str),
    /// A file is there twice: the two may differ.
    #[error("has `{}` twice", shown::line(.0))]
    Twice(String),
    /// A file is a link, a folder or a device.
    #[error("has `{}`, which is no file", shown::line(.0))]
    Kind(String),
    /// A file is no text.
    #[error("has `{}`, which is not UTF-8 text", shown::line(.0))]
    Text(String),
}

/// Reads an archive.
pub fn unpack(archive: impl Read) -> Result<Unpacked, ArchiveError> {
    unpack_within(archive, LARGEST)
}

fn unpack_within(archive: impl Read, largest: u64) -> Result<Unpacked, ArchiveError> {
    let mut unpacked = GzDecoder::new(archive).take(largest);
    let found = files(&mut unpacked);
    if unpacked.limit() == 0 {
        return Err(ArchiveError::Size(largest >> 20, "all of its files".to_owned()));
    }
    let [metadata, values] = found?;
    Ok(Unpacked {
        metadata: metadata.ok_or(ArchiveError::Missing("Chart.yaml"))?,
        values: values.ok_or(ArchiveError::Missing("values.yaml"))?,
    })
}

/// `Chart.yaml` and `values.yaml` of the chart's folder; those of charts inside it lie deeper.
fn files(tar: &mut impl Read) -> Result<[Option<Input>; 2], ArchiveError> {
    let mut found = [None, None];
    for entry in Archive::new(tar).entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let place = match path.trim_start_matches("./").split_once('/') {
            Some((_, "Chart.yaml")) => &mut found[0],
            Some((_, "values.yaml")) => &mut found[1],
            _ => continue,
        };
        if place.is_some() {
            return Err(ArchiveError::Twice(path));
        }
        if !entry.header().entry_type().is_file() {
            return Err(ArchiveError::Kind(path));
        }
        let mut bytes = Vec::new();
        entry.by_ref().take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(ArchiveError::Size(LARGEST_FILE >> 20, format!("`{path}`")));
        }
        let text = String::from_utf8(bytes).map_err(|_| ArchiveError::Text(path.clone()))?;
        *place = Some(Input { name: path, text });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, EntryType, Header};

    use super::*;

    /// An archive of these files.
    fn archive(files: &[(&str, &[u8], EntryType)]) -> Vec<u8> {
        let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, bytes, kind) in files {
            let mut header = Header::new_ustar();
            header.set_entry_type(*kind);
            header.set_mode(0o644);
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, path, *bytes).expect("a vector takes every byte");
        }
        tar.into_inner().expect("written").finish().expect("written")
    }

    fn of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let files: Vec<_> = files.iter().map(|(path, bytes)| (*path, *bytes, EntryType::Regular)).collect();
        archive(&files)
    }

    fn refusal(bytes: &[u8]) -> String {
        unpack(bytes).expect_err("it is refused").to_string()
    }

    #[test]
    fn the_charts_own_files_are_read() {
        let inner: (&str, &[u8]) = ("a/charts/b/values.yaml", b"inner");
        let bytes = of(&[("a/Chart.yaml", b"name: a"), inner, ("a/values.yaml", b"x: 1"), ("README", b"")]);
        let read = unpack(bytes.as_slice()).expect("it is a chart's");
        assert_eq!((read.metadata.name.as_str(), read.metadata.text.as_str()), ("a/Chart.yaml", "name: a"));
        assert_eq!((read.values.name.as_str(), read.values.text.as_str()), ("a/values.yaml", "x: 1"));
    }

    #[test]
    fn what_is_no_chart_is_one_error() {
        let chart: (&str, &[u8]) = ("a/Chart.yaml", b"name: a");
        assert!(refusal(b"name: a").starts_with("cannot be read as the archive of a chart"));
        let mut junk = GzEncoder::new(Vec::new(), Compression::fast());
        junk.write_all(&b"\x1b[31mred".repeat(100)).expect("memory");
        assert_eq!(
            refusal(&junk.finish().expect("memory")),
            "cannot be read as the archive of a chart: numeric field was not a number"
        );
        let whole = of(&[chart, ("a/values.yaml", b"x: 1")]);
        assert!(refusal(&whole[..whole.len() / 2]).starts_with("cannot be read as the archive of a chart"));
        assert_eq!(refusal(&of(&[chart])), "has no `values.yaml` in its folder");
        assert_eq!(refusal(&of(&[chart, ("b/Chart.yaml", b"")])), "has `b/Chart.yaml` twice");
        assert_eq!(refusal(&of(&[("a/Chart.yaml", b"\xff")])), "has `a/Chart.yaml`, which is not UTF-8 text");
        let link = archive(&[("a/values.yaml", b"", EntryType::Symlink)]);
        assert_eq!(refusal(&link), "has `a/values.yaml`, which is no file");
    }

    #[test]
    fn what_unpacks_to_more_than_helm_takes_is_refused() {
        let large = vec![b'\n'; (5 << 20) + 1];
        assert_eq!(refusal(&of(&[("a/values.yaml", &large)])), "has more than 5 MiB in `a/values.yaml`");
        let refused = unpack_within(of(&[("a/x", &large)]).as_slice(), 1 << 20).expect_err("it is refused");
        assert_eq!(refused.to_string(), "has more than 1 MiB in all of its files");
    }
}
