//! The TLS provider of the process: one for every client, installed by one function.
//!
//! The clients of the API server and of registries both take rustls' default provider, and each panics, or picks
//! its own, when there is none. Whoever makes such a client calls [`install_provider`] first.

/// Installs the provider; a second call changes nothing.
pub fn install_provider() {
    // The only failure is that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
