//! Where people help: the call centre and the offices. The operator sets all of it.

use crate::Lang;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The call centre and the offices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// The call centre's number.
    pub phone: CallNumber,
    /// When it answers; nothing: nobody says.
    #[serde(default)]
    pub hours: Vec<Opening>,
    /// Offices, in the order in which they are shown.
    #[serde(default)]
    pub offices: Vec<Office>,
}

impl Default for Support {
    fn default() -> Self {
        Self {
            phone: CallNumber("8 800 000-12-34".into()),
            hours: Vec::new(),
            offices: Vec::new(),
        }
    }
}

/// A place one can come to. Names and addresses are shown as they are written, in any language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// Town or village.
    pub city: String,
    /// Street and house, and how to find the door.
    pub address: String,
    /// When it is open; nothing: nobody says.
    #[serde(default)]
    pub hours: Vec<Opening>,
}

/// A number to call, written for people: digits, spaces, dashes, brackets, perhaps a plus before them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallNumber(String);

impl CallNumber {
    /// As people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of a link that calls it. The Russian 8 before ten digits is +7 from anywhere.
    pub fn link(&self) -> String {
        let digits: String = self.0.chars().filter(char::is_ascii_digit).collect();
        match digits.strip_prefix('8') {
            Some(rest) if rest.len() == 10 && !self.0.starts_with('+') => format!("tel:+7{rest}"),
            _ if self.0.starts_with('+') => format!("tel:+{digits}"),
            _ => format!("tel:{digits}"),
        }
    }

    /// Is calling it free of charge? Russian numbers in 800 are.
    pub fn is_free(&self) -> bool {
        let link = self.link();
        link.strip_prefix("tel:+7800")
            .is_some_and(|rest| rest.len() == 7)
    }
}

impl fmt::Display for CallNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a number to call or with opening hours, for whoever sets them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SupportError {
    /// Not a number to call.
    #[error(
        "a phone is written with 3 to 15 digits, spaces, dashes and brackets, like 8 800 000-12-34"
    )]
    Number,
    /// Not opening hours.
    #[error("opening hours are written like `mon-fri 09:00-18:00` or `sat 10:00-15:00`")]
    Opening,
}

impl TryFrom<String> for CallNumber {
    type Error = SupportError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (mut digits, mut written) = (0, true);
        for (at, sign) in text.chars().enumerate() {
            match sign {
                '0'..='9' => digits += 1,
                '+' => written &= at == 0,
                ' ' | '\u{a0}' | '-' | '(' | ')' => {}
                _ => written = false,
            }
        }
        if written && (3..=15).contains(&digits) && text.trim() == text {
            Ok(Self(text))
        } else {
            Err(SupportError::Number)
        }
    }
}

impl From<CallNumber> for String {
    fn from(number: CallNumber) -> Self {
        number.0
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Weekday(u8);

/// Monday first: as set, in Russian, in English.
const WEEK: [(&str, &str, &str); 7] = [
    ("mon", "пн", "Mon"),
    ("tue", "вт", "Tue"),
    ("wed", "ср", "Wed"),
    ("thu", "чт", "Thu"),
    ("fri", "пт", "Fri"),
    ("sat", "сб", "Sat"),
    ("sun", "вс", "Sun"),
];

impl Weekday {
    fn parse(text: &str) -> Option<Self> {
        let at = WEEK.iter().position(|(code, ..)| *code == text)?;
        u8::try_from(at).ok().map(Self)
    }

    fn names(self) -> (&'static str, &'static str, &'static str) {
        WEEK[usize::from(self.0)]
    }

    const fn name(self, lang: Lang) -> &'static str {
        let (_, ru, en) = WEEK[self.0 as usize];
        lang.pick(ru, en)
    }
}

/// Hours on some days of the week, written `mon-fri 09:00-18:00`; local time of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Opening {
    first: Weekday,
    last: Weekday,
    /// Minutes since midnight.
    opens: u16,
    /// Minutes since midnight, up to 24:00.
    closes: u16,
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2
        || minute.len() != 2
        || !(hour.to_owned() + minute)
            .bytes()
            .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 24 * 60).then_some(all)
}

impl FromStr for Opening {
    type Err = SupportError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (days, hours) = text.split_once(' ')?;
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let (opens, closes) = hours.split_once('-')?;
            let found = Self {
                first: Weekday::parse(first)?,
                last: Weekday::parse(last)?,
                opens: minutes(opens)?,
                closes: minutes(closes)?,
            };
            (found.first <= found.last && found.opens < found.closes).then_some(found)
        };
        read().ok_or(SupportError::Opening)
    }
}

impl TryFrom<String> for Opening {
    type Error = SupportError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.first.names().0, self.last.names().0);
        if first == last {
            write!(f, "{first} ")?;
        } else {
            write!(f, "{first}-{last} ")?;
        }
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            self.opens / 60,
            self.opens % 60,
            self.closes / 60,
            self.closes % 60
        )
    }
}

impl From<Opening> for String {
    fn from(opening: Opening) -> Self {
        opening.to_string()
    }
}

impl Opening {
    /// For people: «пн–пт 9:00–18:00».
    pub fn text(self, lang: Lang) -> String {
        let time = |at: u16| format!("{}:{:02}", at / 60, at % 60);
        let days = if self.first == self.last {
            self.first.name(lang).to_owned()
        } else {
            format!("{}–{}", self.first.name(lang), self.last.name(lang))
        };
        format!("{days} {}–{}", time(self.opens), time(self.closes))
    }
}

/// All hours of a place in one line, unless nobody says.
pub fn hours(lang: Lang, all: &[Opening]) -> Option<String> {
    let always = |opening: &Opening| {
        let Opening {
            first,
            last,
            opens,
            closes,
        } = opening;
        (first.0, last.0, *opens, *closes) == (0, 6, 0, 24 * 60)
    };
    if all.iter().any(always) {
        return Some(lang.pick("круглосуточно", "day and night").to_owned());
    }
    let each: Vec<_> = all.iter().map(|opening| opening.text(lang)).collect();
    (!each.is_empty()).then(|| each.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_written_for_people_and_linked_for_phones() {
        for (text, link) in [
            ("8 800 000-12-34", "tel:+78000001234"),
            ("+7 (383) 000-12-34", "tel:+73830001234"),
            ("0611", "tel:0611"),
            ("8 (800) 000", "tel:8800000"),
        ] {
            let number = CallNumber::try_from(text.to_owned()).unwrap();
            assert_eq!((number.as_str(), number.link().as_str()), (text, link));
            assert_eq!(number.is_free(), link == "tel:+78000001234", "{text}");
        }
        for wrong in [
            "",
            "call us",
            "12",
            " 8 800",
            "8+800",
            "8 800 <b>",
            "1234567890123456",
        ] {
            assert!(CallNumber::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hours_are_read_and_said() {
        let read = |text: &str| text.parse::<Opening>();
        let week = read("mon-fri 09:00-18:00").unwrap();
        assert_eq!(week.text(Lang::Ru), "пн–пт 9:00–18:00");
        assert_eq!(week.text(Lang::En), "Mon–Fri 9:00–18:00");
        let saturday = read("sat 10:00-24:00").unwrap();
        assert_eq!(
            hours(Lang::Ru, &[week, saturday]).as_deref(),
            Some("пн–пт 9:00–18:00, сб 10:00–24:00")
        );
        let always = read("mon-sun 00:00-24:00").unwrap();
        assert_eq!(hours(Lang::Ru, &[always]).as_deref(), Some("круглосуточно"));
        assert_eq!(hours(Lang::Ru, &[]), None);
        for wrong in [
            "",
            "mon",
            "fri-mon 09:00-18:00",
            "mon 18:00-09:00",
            "mon 9:00-18:00",
            "mon 09:60-18:00",
            "mon 09:00-24:01",
            "пн 09:00-18:00",
            "mon 09:00 18:00",
            "mon +9:00-18:00",
        ] {
            assert_eq!(read(wrong), Err(SupportError::Opening), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn hours_survive_being_written(first in 0u8..7, last in 0u8..7, opens in 0u16..1440, closes in 1u16..=1440) {
            prop_assume!(first <= last && opens < closes);
            let opening = Opening { first: Weekday(first), last: Weekday(last), opens, closes };
            prop_assert_eq!(opening.to_string().parse::<Opening>(), Ok(opening));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,40}") {
            let _ = text.parse::<Opening>();
            if let Ok(number) = CallNumber::try_from(text) {
                prop_assert!(number.link().starts_with("tel:"));
            }
        }
    }
}
