//! ConfigMaps.

use std::borrow::Cow;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::ConfigMap;
use sha2::{Digest, Sha256};

use super::meta::{metadata, of_texts};
use crate::plan::{Appliance, ConfigFiles};

/// The ConfigMap of these files.
pub fn config_map(appliance: &Appliance, namespace: &str, files: &ConfigFiles) -> ConfigMap {
    ConfigMap {
        metadata: of_texts(metadata(appliance, namespace, &files.name)),
        data: Some(files.files.iter().map(|(name, text)| (name.clone(), text.to_string())).collect()),
        binary_data: (!files.binary.is_empty()).then(|| files.binary.iter().map(binary).collect()),
        ..ConfigMap::default()
    }
}

fn binary((name, bytes): &(String, Cow<'static, [u8]>)) -> (String, ByteString) {
    (name.clone(), ByteString(bytes.to_vec()))
}

/// SHA-256 over all files that the appliance does not share, each as `NAME\nBYTES\nCONTENT` with the content's length in decimal digits, which a
/// chart's template can compute too: in the pod's template, it rolls the pod when one of them changes.
pub fn digest(config: &[ConfigFiles]) -> String {
    sum(config.iter().flat_map(|files| {
        let text = files.files.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
        text.chain(files.binary.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref())))
    }))
}

/// The same over these files.
pub fn sum<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        hash.update(format!("{name}\n{}\n", content.len()));
        hash.update(content);
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A digest that another version of wrtpod made of the same files must stay: else its update would roll every pod.
    #[test]
    fn every_byte_of_a_file_counts_and_nothing_else_does() {
        let text = ConfigFiles::text("a".to_owned(), vec![("k".to_owned(), "v".into())]);
        // `printf 'k\n1\nv' | sha256sum`
        let plain = digest(std::slice::from_ref(&text));
        assert_eq!(plain, "23c5a437f98e9c23ef11c95238919098b05fe727fe5366b41fc72abce7ab7f36");
        let with = |bytes: &'static [u8]| {
            digest(&[ConfigFiles { binary: vec![("b".to_owned(), bytes.into())], ..text.clone() }])
        };
        assert!(with(b"\xff") != plain && with(b"\xff") != with(b"\xfe"));
    }

    #[test]
    fn bytes_that_are_no_text_are_binary_data() {
        let (key, bytes) = binary(&("file.0".to_owned(), Cow::Borrowed(b"\0\xff")));
        assert_eq!((key.as_str(), bytes.0.as_slice()), ("file.0", &b"\0\xff"[..]));
    }
}
