//! Packages and files into a root.

mod accounts;
mod services;

pub use accounts::Accounts;
