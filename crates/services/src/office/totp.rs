//! One-time passwords (RFC 6238: SHA-1, six digits, thirty seconds), as every authenticator app makes
//! them. One step of clock drift either way is forgiven.

use crate::seal::Keys;
use domain::Timestamp;
use domain::ids::PersonId;

/// The name under which the account stands in the app.
const ISSUER: &str = "Орион Экспресс";

/// 160 random bits, as RFC 4226 recommends.
pub(crate) fn new_secret() -> [u8; 20] {
    rand::random()
}

fn totp(secret: &[u8], account: &str) -> Option<totp_rs::Totp> {
    totp_rs::Builder::new()
        .with_secret(secret.to_vec())
        .with_issuer(Some(ISSUER))
        .with_account_name(account.replace(':', " "))
        .build()
        .ok()
}

/// The step of a code, if it fits now.
pub(crate) fn check(secret: &[u8], code: &str, now: Timestamp) -> Option<u64> {
    let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
    let digits: String = code
        .chars()
        .filter(|c| !domain::card::is_separator(*c))
        .collect();
    totp(secret, "")?.check(&digits, seconds)
}

/// The code of a moment, for the demo's mailbox and the tests.
pub(crate) fn code_at(secret: &[u8], now: Timestamp) -> Option<String> {
    let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
    Some(totp(secret, "")?.generate(seconds).to_string())
}

/// What an app needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The address that the square holds.
    pub url: String,
    /// The secret as people type it, in fours.
    pub secret: String,
}

/// What an app needs to know of a sealed secret.
pub(crate) fn setup(keys: &Keys, person: PersonId, sealed: &[u8], login: &str) -> Option<Setup> {
    let (secret, _) = keys.open(sealed, person.0.as_bytes())?;
    let totp = totp(&secret, login)?;
    let base32 = totp.secret().to_base32();
    let fours: Vec<&str> = (0..base32.len())
        .step_by(4)
        .map(|at| &base32[at..(at + 4).min(base32.len())])
        .collect();
    Some(Setup {
        url: totp.to_url().ok()?,
        secret: fours.join(" "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// The values of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(code_at(secret, at(seconds)).as_deref(), Some(code));
            assert_eq!(check(secret, code, at(seconds)), Some(seconds as u64 / 30));
        }
        assert_eq!(
            check(secret, "287 082", at(59 + 30)),
            Some(1),
            "one step late"
        );
        assert_eq!(check(secret, "287082", at(59 + 61)), None, "two steps late");
        for odd in ["", "28708", "2870821", "abcdef", "２８７０８２"] {
            assert_eq!(check(secret, odd, at(59)), None, "{odd}");
        }
    }

    #[test]
    fn the_square_holds_what_apps_read() {
        let keys = Keys::new([[7; 32]]);
        let person = PersonId(uuid::Uuid::from_u128(5));
        let sealed = keys
            .seal(b"12345678901234567890", person.0.as_bytes())
            .unwrap();
        let setup = setup(&keys, person, &sealed, "ivanova").unwrap();
        assert_eq!(setup.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(setup.url.starts_with("otpauth://totp/"), "{}", setup.url);
        assert!(
            setup
                .url
                .contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            setup.url
        );
    }
}
