//! wrtpod.
