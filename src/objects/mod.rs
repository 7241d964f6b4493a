//! Turns a plan into Kubernetes objects. Everything is decided before: nothing here can fail.

mod set;

pub use set::{Duplicate, Identity, Object, ObjectSet};
