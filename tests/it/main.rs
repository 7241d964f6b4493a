//! The integration tests, one binary.

mod cli;
mod clients;
mod goldens;
mod layering;
mod properties;
mod reader;
mod rules;
mod support;
