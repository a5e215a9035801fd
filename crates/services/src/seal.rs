//! Sealing of secrets that the database keeps and must not know: XChaCha20-Poly1305 with a key from
//! the settings. What is sealed for one person opens for no other.

use crate::crypto::unhex;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::fmt;
use std::sync::Arc;

/// Keys as the settings have them: 64 hexadecimal digits each. Nothing when one has another length, or
/// one byte throughout.
pub(crate) fn raw_keys<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Vec<[u8; 32]>> {
    texts
        .into_iter()
        .map(|text| {
            let key: [u8; 32] = unhex(text)?.try_into().ok()?;
            key.iter().any(|byte| *byte != key[0]).then_some(key)
        })
        .collect()
}

/// The keys, newest first: the first seals, all open.
#[derive(Clone, Default)]
pub struct Keys(Arc<[XChaCha20Poly1305]>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

/// Bytes of a nonce: so many that random ones do not meet.
const NONCE: usize = 24;

impl Keys {
    /// From raw keys.
    pub fn new(keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self(
            keys.into_iter()
                .map(|key| XChaCha20Poly1305::new(&key.into()))
                .collect(),
        )
    }

    /// From 64 hexadecimal digits each; nothing when one is no key.
    pub fn from_hex<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        raw_keys(texts).map(Self::new)
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Seals a secret for `owner`; nothing without a key.
    pub(crate) fn seal(&self, secret: &[u8], owner: &[u8]) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload {
            msg: secret,
            aad: owner,
        };
        let sealed = self
            .0
            .first()?
            .encrypt(&XNonce::from(nonce), payload)
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed secret of `owner`, and says whether the newest key had sealed it.
    pub(crate) fn open(&self, sealed: &[u8], owner: &[u8]) -> Option<(Vec<u8>, bool)> {
        let (nonce, text) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        self.0.iter().enumerate().find_map(|(index, key)| {
            let payload = Payload {
                msg: text,
                aad: owner,
            };
            let secret = key.decrypt(&XNonce::from(nonce), payload).ok()?;
            Some((secret, index == 0))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn sealed_for_one_and_opened_by_the_right_key() {
        let keys = Keys::new([[1; 32]]);
        let sealed = keys.seal(b"secret", b"a").unwrap();
        assert_eq!(keys.open(&sealed, b"a"), Some((b"secret".to_vec(), true)));
        assert_eq!(keys.open(&sealed, b"b"), None, "somebody else's");
        assert_eq!(
            Keys::new([[2; 32]]).open(&sealed, b"a"),
            None,
            "another key"
        );
        let both = Keys::new([[2; 32], [1; 32]]);
        assert_eq!(both.open(&sealed, b"a"), Some((b"secret".to_vec(), false)));
        assert_eq!(Keys::default().seal(b"secret", b"a"), None);
        for short in 0..sealed.len() {
            assert_eq!(keys.open(&sealed[..short], b"a"), None);
        }
        assert_ne!(keys.seal(b"secret", b"a"), Some(sealed), "another nonce");
    }
}
