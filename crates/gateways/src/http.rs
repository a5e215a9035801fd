//! The one way to make an HTTP client: with time limits, without redirects and proxies of chance.

use std::time::Duration;

/// A client for a neighbour's API.
///
/// # Errors
/// When the TLS library cannot be set up.
pub fn client(connect: Duration, whole: Duration) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    reqwest::Client::builder()
        .connect_timeout(connect)
        .timeout(whole)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("orion-cabinet/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Chooses the one TLS provider of the process; later calls change nothing.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
