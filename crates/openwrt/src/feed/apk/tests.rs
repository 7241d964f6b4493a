//! Tests on containers, packages and databases that the tests make.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod choice;
mod container;
mod edit;
mod package;
mod writer;

use super::*;
use crate::types::RootPath;

fn path(text: &str) -> RootPath {
    text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
}

fn wish(text: &str) -> Dependency {
    Dependency::parse_with_tag(text).unwrap_or_else(|error| panic!("{error}"))
}
