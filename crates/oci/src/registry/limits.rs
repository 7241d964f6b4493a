//! How long a registry may take, and how much it may say.

use std::time::Duration;

/// The largest manifest or index: what the distribution spec wants registries to take, and no more.
pub(super) const LARGEST_MANIFEST: u64 = 4 << 20;
/// The largest answer of a token service. Tokens travel in a header, where servers take 8 to 64 KiB.
pub(super) const LARGEST_TOKEN: u64 = 256 << 10;
/// So much of the body of a refusal is looked at for its error code.
pub(super) const LARGEST_REFUSAL: u64 = 64 << 10;

/// How long a registry may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To let a connection be made.
    pub connect: Duration,
    /// To say what a tag stands for, all tries and pauses included.
    pub total: Duration,
    /// To go on: so long may an exchange stand still. A large blob may take any time while bytes move.
    pub stall: Duration,
    /// How often it is asked when it fails or wants fewer requests.
    pub tries: u32,
    /// The first pause between two tries; each further one is twice as long.
    pub pause: Duration,
    /// The longest pause. A registry that asks for a longer one is given up.
    pub longest_pause: Duration,
    /// How many bytes of a blob it gets in one request, when it, or a proxy before it, does not take a whole one.
    /// Cloudflare stops at 100 MB, nginx where it is told to.
    pub chunk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            stall: Duration::from_secs(60),
            tries: 5,
            pause: Duration::from_millis(300),
            longest_pause: Duration::from_secs(60),
            chunk: 16 << 20,
        }
    }
}
