//! Steps over a whole set of objects, after it was built.

mod patch;

pub use patch::patch;
