//! wrtpod.

pub mod objects;
