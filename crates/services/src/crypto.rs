//! Randomness, digests and password hashes.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// SHA-256.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// A secret of 256 random bits as 64 hexadecimal digits.
pub fn random_token() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// The bytes of a hexadecimal text; nothing for any other text.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

/// Argon2id with the parameters of the OWASP cheat sheet (19 MiB, 2 passes, 1 lane), off the async
/// threads and never more at once than the machine has memory and cores for.
#[derive(Debug, Clone)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    /// A hash of nothing: verified when there is no account, so that both take the same time.
    dummy: Arc<str>,
}

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// How passwords are hashed, for whoever measures it.
#[derive(Debug, Clone, Copy)]
pub struct HashingParameters {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
}

/// The parameters in force.
pub const HASHING: HashingParameters = HashingParameters {
    memory_kib: MEMORY_KIB,
    passes: PASSES,
};

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A verified password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// It fits; a new hash when the old one has other parameters.
    Fits(Option<String>),
    /// It does not fit, or there is no account.
    No,
}

/// The hashing thread died or the library refused: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("password hashing failed")]
pub struct HashError;

impl Hasher {
    /// At most `concurrency` at once.
    pub fn new(concurrency: usize) -> Self {
        // The salt differs from run to run, the cost does not.
        let dummy = argon2()
            .hash_password(random_token().as_bytes())
            .map(|hash| hash.to_string())
            .unwrap_or_default();
        Self {
            permits: Arc::new(Semaphore::new(concurrency.max(1))),
            dummy: dummy.into(),
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let _permit = self.permits.acquire().await.map_err(|_| HashError)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| HashError)
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: &str) -> Result<String, HashError> {
        let password = password.to_owned();
        self.blocking(move || {
            argon2()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        })
        .await?
        .map_err(|_| HashError)
    }

    /// Verifies a password against a stored hash, or against the dummy when there is none.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Verified, HashError> {
        let password = password.to_owned();
        let exists = stored.is_some();
        let hash = stored.map_or_else(|| self.dummy.to_string(), str::to_owned);
        self.blocking(move || {
            let Ok(parsed) = PasswordHash::new(&hash) else {
                return Verified::No;
            };
            let fits = argon2()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
            if !fits || !exists {
                return Verified::No;
            }
            let current = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$");
            if hash.starts_with(&current) {
                return Verified::Fits(None);
            }
            Verified::Fits(
                argon2()
                    .hash_password(password.as_bytes())
                    .ok()
                    .map(|h| h.to_string()),
            )
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn verifies_and_renews_hashes() {
        let hasher = Hasher::new(1);
        let hash = hasher.hash("m7kd-xw4p-9hra-tq2e").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_eq!(
            hasher
                .verify("m7kd-xw4p-9hra-tq2e", Some(&hash))
                .await
                .unwrap(),
            Verified::Fits(None)
        );
        assert_eq!(
            hasher.verify("other", Some(&hash)).await.unwrap(),
            Verified::No
        );
        assert_eq!(hasher.verify("other", None).await.unwrap(), Verified::No);

        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8, 1, 1, None).unwrap(),
        );
        let old = weak.hash_password(b"secret").unwrap().to_string();
        assert!(
            matches!(hasher.verify("secret", Some(&old)).await.unwrap(), Verified::Fits(Some(new)) if new != old)
        );
    }
}
