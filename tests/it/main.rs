//! The integration tests, one binary.

#![expect(
    clippy::format_collect,
    clippy::format_push_string,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "texts are put together for people, and file names are ours"
)]

mod attachments;
mod cli;
mod cli_chart;
mod clients;
mod cni;
mod containers;
mod defaults;
mod goldens;
mod images;
mod import;
mod init;
mod ipv6;
mod keys;
mod layering;
mod messages;
mod obstacles;
mod overlays;
mod parts;
mod place;
mod pods;
mod properties;
mod reader;
mod rules;
mod secrets;
mod support;
mod terminal;
mod together;
mod users;
mod ways;
