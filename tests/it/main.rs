//! The integration tests, one binary.

mod clients;
mod reader;
