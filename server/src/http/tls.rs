//! Ends TLS in this process: HTTP/2 and HTTP/1.1, TLS 1.2 and 1.3, certificate files that are read
//! anew when they change, so that a renewed certificate needs no restart.

use anyhow::{Context, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The certificate in force.
#[derive(Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    held: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// When one cannot be read, or the key is not the certificate's.
    pub fn read(chain: &Path, key: &Path) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            held: RwLock::new(Arc::new(load(chain, key)?)),
            chain: chain.to_owned(),
            key: key.to_owned(),
        }))
    }

    fn changed_at(&self) -> Option<(SystemTime, SystemTime)> {
        let of = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
        Some((of(&self.chain)?, of(&self.key)?))
    }

    /// Reads the files anew whenever they change. Files that do not fit are said, and the old
    /// certificate stays: they are looked at again, since the second of the two may be on its way.
    pub async fn watch(self: Arc<Self>) {
        let mut seen = self.changed_at();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.changed_at();
            if now == seen || now.is_none() {
                continue;
            }
            match load(&self.chain, &self.key) {
                Ok(fresh) => {
                    *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
                    seen = now;
                    tracing::info!("tls.certificate_renewed");
                }
                Err(error) => tracing::warn!(
                    error = format!("{error:#}"),
                    "tls.certificate_unfit: the old one stays"
                ),
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(
            self.held
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }
}

fn load(chain: &Path, key: &Path) -> Result<CertifiedKey> {
    let chain_file = || format!("setting server.tls_certificate: {}", chain.display());
    let key_file = || format!("setting server.tls_key: {}", key.display());
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(chain_file)?;
    anyhow::ensure!(
        !certificates.is_empty(),
        "{}: no certificate in it",
        chain_file()
    );
    let key = PrivateKeyDer::from_pem_file(key).with_context(key_file)?;
    CertifiedKey::from_der(certificates, key, &rustls::crypto::ring::default_provider())
        .context("settings server.tls_certificate and server.tls_key do not fit each other")
}

/// What shakes hands with those who connect.
///
/// # Errors
/// When the TLS library cannot be set up.
pub fn acceptor(certificate: Arc<Certificate>) -> Result<TlsAcceptor> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
