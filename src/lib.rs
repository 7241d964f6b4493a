//! wrtpod.
pub mod diag;
pub mod spec;
pub mod types;
pub mod uci;
pub mod yaml;
