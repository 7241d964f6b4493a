//! An Image from its recipe: what it asks for, resolved into a lock, built into a bundle.

mod lock;

pub use lock::{Family, Lock, LockError, LockedFeed, LockedPackage, LockedRoot};
