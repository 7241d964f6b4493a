//! The integration tests, one binary.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "texts of tests are short, and names of their files are their own"
)]

mod cli;
mod goldens;
mod layering;
mod place;
mod properties;
mod reader;
mod rules;
mod support;
