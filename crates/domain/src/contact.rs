//! Phone numbers and e-mail addresses, as people type them.

use crate::card::is_separator;
use serde::{Deserialize, Serialize};

/// A Russian mobile number: `+7` and ten digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

/// What is wrong with a typed phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParsePhoneError {
    /// Nothing typed.
    #[error("no phone number given")]
    Empty,
    /// Not a Russian number of eleven digits.
    #[error("a number of +7 and ten digits is expected")]
    Malformed,
}

impl Phone {
    /// Reads `8…`, `+7…`, `7…` or ten digits from 9, with brackets, dashes and spaces.
    ///
    /// # Errors
    /// [`ParsePhoneError`] for the message beside the field.
    pub fn parse(text: &str) -> Result<Self, ParsePhoneError> {
        let compact: String = text
            .chars()
            .filter(|c| !is_separator(*c) && !matches!(c, '(' | ')' | '.'))
            .collect();
        if compact.is_empty() {
            return Err(ParsePhoneError::Empty);
        }
        let digits = compact.strip_prefix('+').unwrap_or(&compact);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParsePhoneError::Malformed);
        }
        let national = match (digits.len(), digits.as_bytes().first()) {
            (11, Some(b'7')) => &digits[1..],
            (11, Some(b'8')) if !compact.starts_with('+') => &digits[1..],
            (10, Some(b'9')) => digits,
            _ => return Err(ParsePhoneError::Malformed),
        };
        if national.starts_with('9') {
            Ok(Self(format!("+7{national}")))
        } else {
            Err(ParsePhoneError::Malformed)
        }
    }

    /// E.164, `+79123456789`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For its owner: `+7 912 345-67-89`.
    pub fn grouped(&self) -> String {
        let digits = &self.0;
        format!(
            "+7\u{a0}{}\u{a0}{}-{}-{}",
            &digits[2..5],
            &digits[5..8],
            &digits[8..10],
            &digits[10..12]
        )
    }

    /// For people who may know it only in part: `+7 912 •••-••-89`.
    pub fn masked(&self) -> String {
        format!("+7\u{a0}{}\u{a0}•••-••-{}", &self.0[2..5], &self.0[10..12])
    }
}

/// An e-mail address in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// What is wrong with a typed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseEmailError {
    /// Nothing typed.
    #[error("no address given")]
    Empty,
    /// Not of the shape `name@host.zone`.
    #[error("not an address")]
    Malformed,
    /// Letters of another alphabet: such an address has to be converted before mail systems
    /// understand it, and a name before the `@` cannot be at all by most of them.
    #[error("an address in Latin letters is expected")]
    NotLatin,
    /// Longer than the 254 characters that SMTP can carry.
    #[error("address is too long")]
    TooLong,
}

impl Email {
    /// Reads an address. Only the shape is checked: whether it exists is found out by writing to
    /// it.
    ///
    /// # Errors
    /// [`ParseEmailError`] for the message beside the field.
    pub fn parse(text: &str) -> Result<Self, ParseEmailError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(ParseEmailError::Empty);
        }
        if trimmed.len() > 254 {
            return Err(ParseEmailError::TooLong);
        }
        let (name, host) = trimmed.rsplit_once('@').ok_or(ParseEmailError::Malformed)?;
        if trimmed.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
            return Err(ParseEmailError::NotLatin);
        }
        let name_fits = !name.is_empty()
            && name.len() <= 64
            && !name.starts_with('.')
            && !name.ends_with('.')
            && !name.contains("..")
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
        let label_fits = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let zone_fits = host
            .rsplit_once('.')
            .is_some_and(|(_, zone)| zone.len() >= 2 && !zone.bytes().all(|b| b.is_ascii_digit()));
        if name_fits && zone_fits && host.split('.').all(label_fits) {
            Ok(Self(trimmed.to_ascii_lowercase()))
        } else {
            Err(ParseEmailError::Malformed)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address that was probably meant, when the server's name is one slip of the finger away from a
    /// well-known one. It is asked about, not refused: such servers may exist.
    pub fn slip(&self) -> Option<String> {
        let (name, host) = self.0.rsplit_once('@')?;
        if self.webmail().is_some() || TAKEN_FOR_SLIPS.contains(&host) {
            return None;
        }
        let mut known = MAIL_SERVERS.into_iter().map(|(server, _)| server);
        let meant = known.find(|server| server.len() >= SLIPS_FROM && one_slip(server, host))?;
        Some(format!("{name}@{meant}"))
    }

    /// Where its owner reads it in a browser, for the servers that most people have their mail at.
    pub fn webmail(&self) -> Option<&'static str> {
        let (_, host) = self.0.rsplit_once('@')?;
        let known = MAIL_SERVERS.into_iter().find(|(server, _)| *server == host);
        known.map(|(_, place)| place)
    }

    /// For people who may know it only in part: `m•••@mail.ru`.
    pub fn masked(&self) -> String {
        let (name, host) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let first = name.chars().next().unwrap_or('•');
        format!("{first}•••@{host}")
    }
}

/// Servers that most people have their mail at, and where it is read.
const MAIL_SERVERS: [(&str, &str); 14] = [
    ("mail.ru", "https://e.mail.ru/"),
    ("inbox.ru", "https://e.mail.ru/"),
    ("list.ru", "https://e.mail.ru/"),
    ("bk.ru", "https://e.mail.ru/"),
    ("internet.ru", "https://e.mail.ru/"),
    ("gmail.com", "https://mail.google.com/"),
    ("yandex.ru", "https://mail.yandex.ru/"),
    ("yandex.com", "https://mail.yandex.ru/"),
    ("ya.ru", "https://mail.yandex.ru/"),
    ("rambler.ru", "https://mail.rambler.ru/"),
    ("icloud.com", "https://www.icloud.com/mail"),
    ("outlook.com", "https://outlook.live.com/"),
    ("hotmail.com", "https://outlook.live.com/"),
    ("live.com", "https://outlook.live.com/"),
];

/// Shorter names are too near to too many others.
const SLIPS_FROM: usize = 7;

/// Servers that exist though their names look like slips.
const TAKEN_FOR_SLIPS: [&str; 4] = ["email.ru", "mail.com", "ymail.com", "gmail.ru"];

/// Is `typed` made from `meant` by one letter too many, too few, another one, or two that changed places?
fn one_slip(meant: &str, typed: &str) -> bool {
    let (a, b) = (meant.as_bytes(), typed.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], []) => false,
        ([x, y, a @ ..], [p, q, b @ ..]) if (x, y) == (q, p) && a == b => true,
        ([_, rest @ ..], other) if rest == other => true,
        (other, [_, rest @ ..]) if rest == other => true,
        ([_, a @ ..], [_, b @ ..]) => a == b,
        _ => false,
    }
}

/// Either of the two ways to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// A phone.
    Phone(Phone),
    /// An e-mail.
    Email(Email),
}

impl Contact {
    /// Reads a phone, else an e-mail; nothing for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Phone::parse(text)
            .map(Self::Phone)
            .or_else(|_| Email::parse(text).map(Self::Email))
            .ok()
    }

    /// The number or the address.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// For people who may know it only in part.
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(phone) => phone.masked(),
            Self::Email(email) => email.masked(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn well_known_mail_is_read_at_its_own_place() {
        let webmail = |text: &str| Email::parse(text).unwrap().webmail();
        assert_eq!(webmail("a@bk.ru"), Some("https://e.mail.ru/"));
        assert_eq!(webmail("a@gmail.com"), Some("https://mail.google.com/"));
        assert_eq!(webmail("a@orion.example"), None);
        for (server, place) in MAIL_SERVERS {
            assert_eq!(webmail(&format!("a@{server}")), Some(place));
        }
    }

    #[test]
    fn a_slip_in_a_servers_name_is_asked_about() {
        let slip = |text: &str| Email::parse(text).unwrap().slip();
        for typed in ["mial.ru", "maill.ru", "mal.ru", "mail.rt", "nail.ru"] {
            let meant = slip(&format!("ivan@{typed}"));
            assert_eq!(meant.as_deref(), Some("ivan@mail.ru"), "{typed}");
        }
        assert_eq!(slip("a.b@gmial.com").as_deref(), Some("a.b@gmail.com"));
        for right in [
            "mail.ru",
            "email.ru",
            "mail.com",
            "ya.ru",
            "bk.ru",
            "orion.example",
        ] {
            assert_eq!(slip(&format!("ivan@{right}")), None, "{right}");
        }
        assert_eq!(slip("ivan@amil.rru"), None, "two slips are another name");
    }

    #[test]
    fn a_contact_is_a_phone_or_an_email() {
        let read = |text| Contact::parse(text).map(|contact| contact.as_str().to_owned());
        assert_eq!(read("8 912 345-67-89").as_deref(), Some("+79123456789"));
        assert_eq!(read(" Ivan@Mail.ru ").as_deref(), Some("ivan@mail.ru"));
        assert_eq!(read("не знаю"), None);
    }

    #[test]
    fn reads_phones_as_typed() {
        for text in [
            "+7 912 345-67-89",
            "8 (912) 345-67-89",
            "89123456789",
            "79123456789",
            "9123456789",
            "+7 (912) 345 67 89",
        ] {
            assert_eq!(
                Phone::parse(text).unwrap().as_str(),
                "+79123456789",
                "{text}"
            );
        }
        assert_eq!(
            Phone::parse("+7 912 345-67-89").unwrap().masked(),
            "+7\u{a0}912\u{a0}•••-••-89"
        );
    }

    #[test]
    fn refuses_other_phones() {
        assert_eq!(Phone::parse(" "), Err(ParsePhoneError::Empty));
        for text in [
            "+7 912 345-67",
            "+8 912 345-67-89",
            "123",
            "+1 202 555 01 00",
            "84951234567",
            "девять",
        ] {
            assert_eq!(
                Phone::parse(text),
                Err(ParsePhoneError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn reads_addresses() {
        assert_eq!(
            Email::parse(" Maria.Sokolova@Mail.RU ").unwrap().as_str(),
            "maria.sokolova@mail.ru"
        );
        assert_eq!(
            Email::parse("a+b@x-y.example").unwrap().masked(),
            "a•••@x-y.example"
        );
        for text in [
            "ivan",
            "ivan@",
            "@mail.ru",
            "ivan@mail",
            "a b@mail.ru",
            "a@-x.ru",
            "a..b@mail.ru",
            "a@b..ru",
            "a@1.2",
            "a@mail.ru\nBcc: x@y.ru",
        ] {
            assert_eq!(
                Email::parse(text),
                Err(ParseEmailError::Malformed),
                "{text}"
            );
        }
        for text in ["иван@mail.ru", "ivan@почта.рф"] {
            assert_eq!(Email::parse(text), Err(ParseEmailError::NotLatin), "{text}");
        }
        assert_eq!(
            Email::parse(&format!("{}@mail.ru", "a".repeat(250))),
            Err(ParseEmailError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn parsers_never_panic(text in ".{0,80}") {
            if let Ok(phone) = Phone::parse(&text) { prop_assert_eq!(phone.as_str().len(), 12); let _ = phone.masked(); }
            if let Ok(email) = Email::parse(&text) { prop_assert!(!email.as_str().contains(['\r', '\n', ' '])); let _ = email.masked(); }
        }
    }
}
