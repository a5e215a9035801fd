//! The password policy and the generator of offered passwords.
//!
//! Policy (our choice, stricter than NIST SP 800-63B on composition because the operator asks for
//! it): at least 8 characters, a digit and a special character, at most 128 characters (ASVS 2.1.2), and
//! not a well-known password. The last is judged by the services, which have the dictionary.

/// Shortest password, in characters.
pub const MIN_LENGTH: usize = 8;
/// Longest password, in characters: whole phrases fit, megabytes for the hash function do not.
pub const MAX_LENGTH: usize = 128;

/// A rule that a password misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`MIN_LENGTH`] characters; how many there are.
    Short(usize),
    /// No digit.
    NoDigit,
    /// No special character.
    NoSpecial,
    /// More than [`MAX_LENGTH`] characters.
    Long,
}

/// What was meant by a typed password: spaces at its ends come from copying or from a keyboard that
/// adds them after a word, nobody sees them. NIST SP 800-63B allows a verifier to take them off.
pub fn meant(typed: &str) -> &str {
    typed.trim()
}

/// The first rule a password misses, in the order people read them.
///
/// # Errors
/// [`Weakness`] names the rule.
pub fn check(password: &str) -> Result<(), Weakness> {
    let password = meant(password);
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return Err(Weakness::Short(length));
    }
    if length > MAX_LENGTH {
        return Err(Weakness::Long);
    }
    if !password.chars().any(|c| c.is_ascii_digit()) {
        return Err(Weakness::NoDigit);
    }
    if !password.chars().any(is_special) {
        return Err(Weakness::NoSpecial);
    }
    Ok(())
}

/// Everything that is neither a letter, nor a digit, nor a control character, nor a space.
pub fn is_special(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_control() && !c.is_whitespace()
}

/// Letters and digits that cannot be taken for one another: no 0 and o, no 1, l and i. 31 of
/// them: five random bits choose one, the 32nd value is drawn again.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// An offered password, `m7kd-xw4p-9hra-tq2e`: four groups of four, at least one digit. `random`
/// gives random bytes from the system's generator. The dashes are the special characters.
pub fn generate(mut random: impl FnMut() -> u8) -> String {
    loop {
        let mut out = String::with_capacity(19);
        for place in 0..16 {
            if place > 0 && place % 4 == 0 {
                out.push('-');
            }
            out.push(pick(&mut random));
        }
        if check(&out).is_ok() {
            return out;
        }
    }
}

/// One character of the alphabet by rejection: 31 distinct ones, so that none is likelier.
fn pick(random: &mut impl FnMut() -> u8) -> char {
    loop {
        if let Some(character) = ALPHABET.get(usize::from(random() & 31)) {
            return char::from(*character);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_the_first_missing_rule() {
        assert_eq!(check("abc1!"), Err(Weakness::Short(5)));
        assert_eq!(check("abcdefgh"), Err(Weakness::NoDigit));
        assert_eq!(check("abcdefg1"), Err(Weakness::NoSpecial));
        assert_eq!(check("abcdef 1"), Err(Weakness::NoSpecial));
        assert_eq!(check("  abc1!  "), Err(Weakness::Short(5)));
        assert_eq!(check("пароль1№"), Ok(()));
        assert_eq!(check(&"a1!-".repeat(32)), Ok(()));
        assert_eq!(
            check(&format!("{}x", "a1!-".repeat(32))),
            Err(Weakness::Long)
        );
    }

    #[test]
    fn the_alphabet_has_no_twins() {
        let mut distinct = ALPHABET.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 31);
        for twin in b"0o1li" {
            assert!(!ALPHABET.contains(twin), "{}", char::from(*twin));
        }
    }

    proptest! {
        #[test]
        fn offered_passwords_pass_the_policy(seed in any::<u64>()) {
            let mut state = seed | 1;
            let password = generate(|| {
                state ^= state << 13; state ^= state >> 7; state ^= state << 17;
                (state >> 24) as u8
            });
            prop_assert_eq!(password.len(), 19);
            prop_assert_eq!(check(&password), Ok(()));
        }
    }
}
