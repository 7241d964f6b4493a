//! The short form of a request (Multus 4.3, `parsePodNetworkObjectName`).

use super::Element;
use crate::json::Span;
use crate::{Fault, Read};

/// The longest name of an interface, in bytes (the kernel's `IFNAMSIZ` less one).
const LONGEST: usize = 15;

/// Reads items between commas. One that Multus refuses is read all the same, where it names something.
pub(super) fn read(text: &str) -> Read<Vec<Element>> {
    let mut read = Read { value: Vec::new(), faults: Vec::new() };
    let mut start = 0;
    for item in text.split(',') {
        let span = trimmed(text, start..start + item.len());
        start += item.len() + 1;
        let fault = fault(&text[span.clone()]);
        let element = element(&text[span.clone()]);
        read.faults.extend(fault.map(|what| Fault { span, what }));
        read.value.extend(element);
    }
    read
}

fn trimmed(text: &str, span: Span) -> Span {
    let (item, start) = (&text[span.clone()], span.start);
    let behind = item.trim_start();
    let start = start + item.len() - behind.len();
    start..start + behind.trim_end().len()
}

/// Namespace, name and interface of an item.
fn parts(item: &str) -> (Option<&str>, &str, Option<&str>) {
    let (namespace, rest) =
        item.split_once('/').map_or((None, item), |(first, rest)| (Some(first.trim()), rest));
    let (name, interface) =
        rest.split_once('@').map_or((rest, None), |(name, interface)| (name, Some(interface.trim())));
    (namespace, name.trim(), interface)
}

fn element(item: &str) -> Option<Element> {
    let said = |part: &str| (!part.is_empty()).then(|| part.to_owned());
    let (namespace, name, interface) = parts(item);
    Some(Element {
        name: Some(said(name)?),
        namespace: namespace.and_then(said),
        interface: interface.and_then(said),
        ..Element::default()
    })
}

/// Why Multus does not take an item.
fn fault(item: &str) -> Option<String> {
    let (namespace, name, interface) = parts(item);
    if item.matches('/').count() > 1 {
        return Some("more than one `/`".to_owned());
    }
    // One before the `/` is none that separates, but no name has one either.
    if item.matches('@').count() > 1 {
        return Some("more than one `@`".to_owned());
    }
    if name.is_empty() {
        return Some("an item without a name".to_owned());
    }
    let unnamable =
        [namespace.unwrap_or_default(), name].into_iter().find(|part| !part.is_empty() && !is_label(part));
    if let Some(part) = unnamable {
        let part = wrtpod_shown::quoted(part);
        return Some(format!(
            "{part} is more than small letters, digits and `-` within; such names are for the form of JSON"
        ));
    }
    let interface = interface.unwrap_or_default();
    if interface.len() > LONGEST || interface.contains([' ', '\t', '\n', '\u{b}', '\u{c}', '\r', '/']) {
        let interface = wrtpod_shown::quoted(interface);
        return Some(format!(
            "{interface} is no name of an interface: at most {LONGEST} bytes, without blanks and `/`"
        ));
    }
    None
}

/// `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`.
fn is_label(text: &str) -> bool {
    let is_end =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| *byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
