//! The integration tests, one binary.

mod goldens;
mod reader;
mod rules;
mod support;
