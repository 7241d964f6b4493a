//! Packages and files into a root, as OpenWrt's own image builder would leave it: nothing is run.
//!
//! An [`Installer`] takes the items of packages, then what each package wants beside its files (users, services that
//! start, links that several packages offer, scripts), and at the end the changes that make a root fit for a pod. It knows roots and
//! packages; it must not know feeds' places, documents, images, the environment or the terminal.

mod accounts;
mod error;
mod fit;
mod installer;
mod scripts;
mod services;
#[cfg(test)]
mod tests;

pub use accounts::Accounts;
pub use error::Error;
pub use installer::{FIRST_BOOT, Installer, Keep, Note};
