//! The integration tests, one binary.

mod clients;
mod goldens;
mod reader;
mod rules;
mod support;
