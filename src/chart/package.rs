//! A chart as one file: a tar archive, compressed, as `helm package` writes it; the same chart gives the same bytes.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::Chart;

/// Media type of a chart's archive (Helm's OCI layout, helm.sh/helm/v4 pkg/registry).
pub const CONTENT_TYPE: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// Media type of a chart's metadata, which stands where an image has its configuration.
pub const CONFIG_TYPE: &str = "application/vnd.cncf.helm.config.v1+json";

/// The archive: the chart's files below a folder of its name, without times or owners. Chart.yaml comes first, where
/// Helm looks for it.
///
/// # Panics
/// Never: a vector takes every byte, and a chart's paths are short.
pub fn package(chart: &Chart) -> Vec<u8> {
    archive(chart).expect("a vector takes every byte, and a chart's paths are short")
}

fn archive(chart: &Chart) -> io::Result<Vec<u8>> {
    let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let mut tar = Builder::new(gzip);
    let is_first = |path: &str| path == "Chart.yaml";
    let first = chart.files.iter().filter(|(path, _)| is_first(path));
    // As .helmignore has it.
    let rest = chart.files.iter().filter(|(path, _)| !is_first(path) && !path.starts_with("ci/"));
    for (path, text) in first.chain(rest) {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(text.len() as u64);
        header.set_mtime(0);
        tar.append_data(&mut header, format!("{}/{path}", chart.name), text.as_bytes())?;
    }
    let mut gzip = tar.into_inner()?;
    gzip.flush()?;
    gzip.finish()
}
