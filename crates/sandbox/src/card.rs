//! Test cards and what each of them does, the Luhn check, and the little of a card that may be kept.
//! It may not hand a full number or a code to any other module: only [`CardView`] leaves.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

use crate::model::Reason;

/// The part of a card that the gateway shows to a merchant; the only part that is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CardView {
    pub(crate) first6: String,
    pub(crate) last4: String,
    pub(crate) expiry_month: String,
    pub(crate) expiry_year: String,
    pub(crate) brand: String,
}

/// What the payer's attempt leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Approve,
    /// The payer types a code from the bank first.
    Challenge,
    /// The bank thinks for a minute; the payer is sent back at once.
    Delay,
    Decline(Reason),
}

/// One card of the list that the payer's page offers.
pub(crate) struct TestCard {
    pub(crate) number: &'static str,
    pub(crate) attempt: Attempt,
    pub(crate) title: &'static str,
}

/// Every number the stand-in knows. All pass the Luhn check (see the test below).
pub(crate) const TEST_CARDS: &[TestCard] = &[
    card("5555555555554444", Attempt::Approve, "Оплата проходит"),
    card(
        "2200000000000004",
        Attempt::Approve,
        "Оплата проходит, карта «Мир»",
    ),
    card(
        "5555555555554477",
        Attempt::Challenge,
        "Банк спросит код (верный код 1234)",
    ),
    card(
        "5555555555554519",
        Attempt::Delay,
        "Оплата пройдёт через минуту",
    ),
    card(
        "5555555555554600",
        Attempt::Decline(Reason::InsufficientFunds),
        "Не хватает денег",
    ),
    card(
        "5555555555554543",
        Attempt::Decline(Reason::CardExpired),
        "Срок карты истёк",
    ),
    card(
        "5555555555554535",
        Attempt::Decline(Reason::CallIssuer),
        "Банк просит позвонить",
    ),
    card(
        "5555555555554568",
        Attempt::Decline(Reason::FraudSuspected),
        "Похоже на мошенничество",
    ),
    card(
        "5555555555554527",
        Attempt::Decline(Reason::InternalTimeout),
        "Банк не ответил вовремя",
    ),
];

const fn card(number: &'static str, attempt: Attempt, title: &'static str) -> TestCard {
    TestCard {
        number,
        attempt,
        title,
    }
}

/// Why a number cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFault {
    Empty,
    Malformed,
    Unknown,
}

/// Keeps the digits of what was typed; `None` where there is anything but digits, spaces and dashes.
pub(crate) fn digits(typed: &str) -> Option<String> {
    let mut digits = String::new();
    for letter in typed.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '\u{a0}' | '-' => {}
            _ => return None,
        }
    }
    Some(digits)
}

/// Finds the test card that was typed.
pub(crate) fn find(typed: &str) -> Result<&'static TestCard, NumberFault> {
    let digits = digits(typed).ok_or(NumberFault::Malformed)?;
    if digits.is_empty() {
        return Err(NumberFault::Empty);
    }
    if !(13..=19).contains(&digits.len()) || !luhn(&digits) {
        return Err(NumberFault::Malformed);
    }
    TEST_CARDS
        .iter()
        .find(|card| card.number == digits)
        .ok_or(NumberFault::Unknown)
}

/// A card that pays, good for three years, for payers who do not type one.
pub(crate) fn any(now: DateTime<Utc>) -> CardView {
    TEST_CARDS[0].view((12, now.year() + 3))
}

/// What another payment with a card leads to: what its first one did, unless it is out of date by now.
pub(crate) fn again(card: &CardView, now: DateTime<Utc>) -> Attempt {
    let number = |text: &str| text.parse::<i32>().unwrap_or_default();
    let last_month = (number(&card.expiry_year), number(&card.expiry_month));
    if last_month < (now.year(), i32::try_from(now.month()).unwrap_or_default()) {
        return Attempt::Decline(Reason::CardExpired);
    }
    TEST_CARDS
        .iter()
        .find(|known| known.number.starts_with(&card.first6) && known.number.ends_with(&card.last4))
        .map_or(Attempt::Approve, |known| known.attempt)
}

/// Why an expiry date cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpiryFault {
    Malformed,
    Past,
}

/// Reads `MM/YY` (also `MMYY` and with spaces) into a month and a four-digit year.
pub(crate) fn expiry(typed: &str, now: DateTime<Utc>) -> Result<(u32, i32), ExpiryFault> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let strange = typed
        .chars()
        .any(|letter| !letter.is_ascii_digit() && !" /\u{a0}-.".contains(letter));
    if strange || digits.len() != 4 {
        return Err(ExpiryFault::Malformed);
    }
    let (month, year) = digits.split_at(2);
    let month: u32 = month.parse().map_err(|_| ExpiryFault::Malformed)?;
    let year: i32 = year.parse().map_err(|_| ExpiryFault::Malformed)?;
    let year = 2000 + year;
    if !(1..=12).contains(&month) {
        return Err(ExpiryFault::Malformed);
    }
    if (year, month) < (now.year(), now.month()) {
        return Err(ExpiryFault::Past);
    }
    Ok((month, year))
}

/// Three digits on the back.
pub(crate) fn code_is_plausible(typed: &str) -> bool {
    let typed = typed.trim();
    typed.len() == 3 && typed.bytes().all(|byte| byte.is_ascii_digit())
}

impl TestCard {
    /// What may be kept of this card.
    pub(crate) fn view(&self, (month, year): (u32, i32)) -> CardView {
        CardView {
            first6: self.number[..6].to_owned(),
            last4: self.number[self.number.len() - 4..].to_owned(),
            expiry_month: format!("{month:02}"),
            expiry_year: year.to_string(),
            brand: brand(self.number).to_owned(),
        }
    }

    /// The number in groups of four, as on plastic.
    pub(crate) fn grouped(&self) -> String {
        let mut grouped = String::new();
        for (index, digit) in self.number.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        grouped
    }
}

fn brand(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'2', b'2', b'0', b'0'..=b'4', ..] => "Mir",
        [b'5', b'1'..=b'5', ..] => "MasterCard",
        [b'4', ..] => "Visa",
        _ => "Unknown",
    }
}

fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (index, byte) in digits.bytes().rev().enumerate() {
        let digit = u32::from(byte - b'0');
        sum += match (index % 2, digit) {
            (0, _) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        };
    }
    sum % 10 == 0
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::{ExpiryFault, NumberFault, TEST_CARDS, expiry, find, luhn};
    use std::collections::HashSet;

    #[test]
    fn test_cards_are_distinct_and_pass_luhn() {
        let distinct: HashSet<_> = TEST_CARDS.iter().map(|card| card.number).collect();
        assert_eq!(distinct.len(), TEST_CARDS.len());
        for card in TEST_CARDS {
            assert!(luhn(card.number), "{}", card.number);
        }
    }

    #[test]
    fn spaces_are_allowed_and_strangers_are_told_apart() {
        assert!(find("5555 5555 5555 4444").is_ok());
        assert_eq!(find(" ").err(), Some(NumberFault::Empty));
        assert_eq!(
            find("5555 5555 5555 4445").err(),
            Some(NumberFault::Malformed)
        );
        assert_eq!(
            find("4111 1111 1111 1111").err(),
            Some(NumberFault::Unknown)
        );
        assert_eq!(find("номер").err(), Some(NumberFault::Malformed));
    }

    #[test]
    fn a_card_works_to_the_end_of_its_month() {
        let now = "2026-11-30T23:00:00Z".parse().expect("a date");
        assert_eq!(expiry("11/26", now), Ok((11, 2026)));
        assert_eq!(expiry("1226", now), Ok((12, 2026)));
        assert_eq!(expiry("10 / 26", now), Err(ExpiryFault::Past));
        assert_eq!(expiry("13/30", now), Err(ExpiryFault::Malformed));
        assert_eq!(expiry("1/30", now), Err(ExpiryFault::Malformed));
    }
}
