//! Files from a web server or a folder: feed indexes, packages, root file systems.
//!
//! The only module that speaks plain HTTP. It knows places, sizes, digests and its cache; it must not know packages,
//! signatures, documents, the environment or the terminal. Every answer is untrusted: a size is bounded, and what goes
//! into the cache is what its digest says.
//!
//! Entry: [`Fetcher::text`] for what is small and verified by its reader, [`Fetcher::file`] for what has a digest.

mod cache;
mod error;
mod fetcher;
mod place;
#[cfg(test)]
mod tests;

pub use cache::{Cache, Draft};
pub use error::Error;
pub use fetcher::{Fetcher, Limits, Progress, Want};
pub use place::Place;
