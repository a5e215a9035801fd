//! Between the database's types and the domain's.

use crate::StorageError;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::{Date, Timestamp};

pub(crate) fn to_db(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.micros()).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

pub(crate) fn from_db(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_micros(at.timestamp_micros())
}

pub(crate) fn date_to_db(day: Date) -> NaiveDate {
    NaiveDate::from_ymd_opt(
        i32::from(day.year()),
        u32::from(day.month()),
        u32::from(day.day()),
    )
    .unwrap_or(NaiveDate::MAX)
}

pub(crate) fn date_from_db(day: NaiveDate) -> Result<Date, StorageError> {
    i16::try_from(day.year())
        .ok()
        .and_then(|year| Date::new(year, day.month() as u8, day.day() as u8))
        .ok_or_else(|| StorageError::corrupt("date", &day))
}

/// Reads a stored code that only this program writes.
pub(crate) fn code<T>(
    what: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StorageError> {
    parse(text).ok_or_else(|| StorageError::corrupt(what, &text))
}
