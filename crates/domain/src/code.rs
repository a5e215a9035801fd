//! The code that comes by SMS: six digits, which is what can be carried in the head from a message
//! to a form, and 20 bits.

/// Digits of a code.
pub const DIGITS: usize = 6;

/// A code as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

/// What is wrong with a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseCodeError {
    /// Nothing typed.
    #[error("no code given")]
    Empty,
    /// Something else than digits.
    #[error("a code has digits only")]
    NotDigits,
    /// Too few or too many digits; how many there are.
    #[error("a code has {DIGITS} digits, not {0}")]
    Length(usize),
}

impl OneTimeCode {
    /// Reads a code; spaces and dashes do not matter.
    ///
    /// # Errors
    /// [`ParseCodeError`] for the message beside the field.
    pub fn parse(text: &str) -> Result<Self, ParseCodeError> {
        let digits: String = text
            .chars()
            .filter(|c| !crate::card::is_separator(*c))
            .collect();
        if digits.is_empty() {
            return Err(ParseCodeError::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseCodeError::NotDigits);
        }
        if digits.len() != DIGITS {
            return Err(ParseCodeError::Length(digits.len()));
        }
        Ok(Self(digits))
    }

    /// Makes a code. `random` gives random numbers from the system's generator; those that would
    /// make some codes likelier than others are drawn again.
    pub fn generate(mut random: impl FnMut() -> u32) -> Self {
        const RANGE: u32 = 10u32.pow(DIGITS as u32);
        const FAIR: u32 = u32::MAX - u32::MAX % RANGE;
        loop {
            let drawn = random();
            if drawn < FAIR {
                return Self(format!("{:0width$}", drawn % RANGE, width = DIGITS));
            }
        }
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn typed_codes_are_read() {
        for text in ["123456", " 123 456", "123-456", "12\u{a0}34\u{a0}56"] {
            assert_eq!(
                OneTimeCode::parse(text).map(|c| c.0).as_deref(),
                Ok("123456")
            );
        }
        assert_eq!(OneTimeCode::parse(" "), Err(ParseCodeError::Empty));
        assert_eq!(OneTimeCode::parse("12345"), Err(ParseCodeError::Length(5)));
        assert_eq!(OneTimeCode::parse("12345o"), Err(ParseCodeError::NotDigits));
        assert_eq!(OneTimeCode::parse("١٢٣٤٥٦"), Err(ParseCodeError::NotDigits));
    }

    #[test]
    fn an_unfair_number_is_drawn_again() {
        let mut numbers = [u32::MAX, 7].into_iter();
        let code = OneTimeCode::generate(|| numbers.next().unwrap_or_default());
        assert_eq!(code.as_str(), "000007");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in ".{0,40}") {
            if let Ok(code) = OneTimeCode::parse(&text) {
                prop_assert_eq!(code.as_str().len(), DIGITS);
                prop_assert_eq!(OneTimeCode::parse(code.as_str()), Ok(code));
            }
        }

        #[test]
        fn every_generated_code_can_be_typed(seed in any::<u32>()) {
            let code = OneTimeCode::generate(|| seed % 4_000_000_000);
            prop_assert_eq!(OneTimeCode::parse(code.as_str()), Ok(code));
        }
    }
}
