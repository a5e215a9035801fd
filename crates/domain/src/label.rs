//! A name that a person gives to a thing of theirs: a card, a passkey.

/// Longest name, in characters.
pub const MAX_LENGTH: usize = 60;

/// What is wrong with a typed name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseLabelError {
    /// Nothing typed.
    #[error("no name given")]
    Empty,
    /// More than [`MAX_LENGTH`] characters.
    #[error("a name has at most {MAX_LENGTH} characters")]
    TooLong,
}

/// Reads a name: control characters and invisible marks that turn a text around become nothing,
/// white space becomes one space.
///
/// # Errors
/// [`ParseLabelError`] for the message beside the field.
pub fn parse(text: &str) -> Result<String, ParseLabelError> {
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        Err(ParseLabelError::Empty)
    } else if name.chars().count() > MAX_LENGTH {
        Err(ParseLabelError::TooLong)
    } else {
        Ok(name)
    }
}

/// Zero-width characters and direction marks (Unicode general category Cf, as far as they are met).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_tidied() {
        assert_eq!(parse("  Дача \t у  озера ").as_deref(), Ok("Дача у озера"));
        assert_eq!(parse("\u{202e}ачаД").as_deref(), Ok("ачаД"));
        assert_eq!(parse(" \u{200b} "), Err(ParseLabelError::Empty));
        assert_eq!(parse(&"д".repeat(61)), Err(ParseLabelError::TooLong));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in ".{0,200}") {
            if let Ok(name) = parse(&text) {
                prop_assert!(!name.is_empty() && name.chars().count() <= MAX_LENGTH);
                prop_assert_eq!(parse(&name), Ok(name));
            }
        }
    }
}
