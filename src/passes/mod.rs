//! Steps over a whole set of objects, after it was built.

mod patch;
mod pin;

pub use patch::patch;
pub use pin::{Unpinned, pin, unpinned};
