//! wrtpod.

pub mod cluster;
pub mod objects;
