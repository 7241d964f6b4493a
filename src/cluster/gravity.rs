//! How much an obstacle matters.

use serde::Serialize;

/// How much an obstacle matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gravity {
    /// Worth knowing; nothing fails of it.
    Note,
    /// The deploy may work, and not be what was meant.
    Warning,
    /// The deploy fails, or the appliance does not work.
    Error,
}
