//! Moments, dates and local times, without a time zone database.
//!
//! The browser must not carry one, so the server turns moments into local times (it knows the
//! subscriber's zone) and everything else here is plain arithmetic on the Gregorian calendar.

use serde::{Deserialize, Serialize};

/// A moment: microseconds since 1970-01-01T00:00:00Z, as PostgreSQL keeps it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch, UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch, UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The moment `seconds` later (earlier when negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to this moment; negative when this one is earlier.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }
}

/// A day of the Gregorian calendar, without a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// A real day, or nothing for such as 30 February.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        ((1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month))
            .then_some(Self { year, month, day })
    }

    /// Reads `2026-11-27`, as browsers send it, or `27.11.2026`, as people type it; nothing for any other
    /// text, and for a day that is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (year, month, day) = if let Some((year, rest)) = text.split_once('-') {
            let (month, day) = rest.split_once('-')?;
            (year, month, day)
        } else {
            let (day, rest) = text.split_once('.')?;
            let (month, year) = rest.split_once('.')?;
            (year, month, day)
        };
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01.
    pub fn days_since_epoch(self) -> i32 {
        // Years counted from 1 March, so that the leap day is the last of its year.
        let march_year = i32::from(self.year) - i32::from(self.month <= 2);
        let era = march_year.div_euclid(400);
        let year_of_era = march_year.rem_euclid(400);
        let shifted = (i32::from(self.month) + 9) % 12;
        let day_of_year = (153 * shifted + 2) / 5 + i32::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day that lies `days` after 1970-01-01.
    pub fn from_days_since_epoch(days: i32) -> Self {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 {
            month_index + 3
        } else {
            month_index - 9
        };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        Self {
            year: year as i16,
            month: month as u8,
            day: day as u8,
        }
    }

    /// The day `days` later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::from_days_since_epoch(self.days_since_epoch() + days)
    }

    /// Whole days from `earlier` to this day.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.days_since_epoch() - earlier.days_since_epoch()
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self { day: 1, ..self }
    }

    /// The same day `months` later. `anchor_day` is the day the subscriber renews on: a month too
    /// short for it ends on its last day, and the next long month returns to the anchor.
    #[must_use]
    pub fn plus_months(self, months: u16, anchor_day: u8) -> Self {
        let index = i32::from(self.year) * 12 + i32::from(self.month) - 1 + i32::from(months);
        let year = index.div_euclid(12) as i16;
        let month = (index.rem_euclid(12) + 1) as u8;
        let day = anchor_day.clamp(1, days_in_month(year, month));
        Self { year, month, day }
    }
}

impl std::fmt::Display for Date {
    /// ISO 8601, for machines and logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Days in a month of a year.
pub const fn days_in_month(year: i16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => {
            if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 {
                29
            } else {
                28
            }
        }
        _ => 31,
    }
}

/// A moment as the subscriber's clock on the wall shows it, made by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// The moment itself.
    pub at: Timestamp,
    /// The day there.
    pub date: Date,
    /// The hour there, 0 to 23.
    pub hour: u8,
    /// The minute there.
    pub minute: u8,
    /// Hours ahead of Moscow: named with deadlines and receipts («мск+4»).
    pub hours_from_moscow: i8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Months, NaiveDate};
    use proptest::prelude::*;

    fn reference(days: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Duration::days(i64::from(days))
    }

    #[test]
    fn there_is_no_thirtieth_of_february() {
        assert_eq!(Date::new(2027, 2, 29), None);
        assert!(Date::new(2028, 2, 29).is_some());
        assert_eq!(Date::new(2026, 13, 1), None);
        assert_eq!(Date::new(2026, 1, 0), None);
    }

    #[test]
    fn the_last_day_of_the_month_returns_to_its_anchor() {
        let january = Date::new(2027, 1, 31).unwrap();
        let february = january.plus_months(1, 31);
        assert_eq!(february, Date::new(2027, 2, 28).unwrap());
        assert_eq!(february.plus_months(1, 31), Date::new(2027, 3, 31).unwrap());
    }

    proptest! {
        #[test]
        fn agrees_with_chrono_on_days(days in -100_000i32..100_000) {
            let ours = Date::from_days_since_epoch(days);
            let theirs = reference(days);
            prop_assert_eq!((i32::from(ours.year()), u32::from(ours.month()), u32::from(ours.day())),
                (theirs.year(), theirs.month(), theirs.day()));
            prop_assert_eq!(ours.days_since_epoch(), days);
        }

        #[test]
        fn agrees_with_chrono_on_months(days in 0i32..60_000, months in 0u16..60) {
            let ours = Date::from_days_since_epoch(days);
            let theirs = reference(days).checked_add_months(Months::new(u32::from(months))).unwrap();
            let got = ours.plus_months(months, ours.day());
            prop_assert_eq!(got.to_string(), theirs.to_string());
        }
    }
}
