//! The subscriber's wall clock: where moments become local days and local midnights become moments.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use domain::{Date, LocalTime, Timestamp};

/// The zone of the operator's own people.
pub const OPERATOR: Tz = chrono_tz::Europe::Moscow;

/// The zone of a contract; an unknown name counts as Moscow, which is where the operator is.
pub fn parse(name: &str) -> Tz {
    name.parse().unwrap_or(chrono_tz::Europe::Moscow)
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.micros()).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A moment as the wall clock there shows it.
pub fn local(tz: Tz, at: Timestamp) -> LocalTime {
    let there = utc(at).with_timezone(&tz);
    let offset = there.offset().fix().local_minus_utc();
    let moscow = utc(at)
        .with_timezone(&chrono_tz::Europe::Moscow)
        .offset()
        .fix()
        .local_minus_utc();
    LocalTime {
        at,
        date: date(there.date_naive()),
        hour: there.hour() as u8,
        minute: there.minute() as u8,
        hours_from_moscow: i8::try_from((offset - moscow).div_euclid(3600)).unwrap_or(0),
    }
}

/// The day there.
pub fn today(tz: Tz, now: Timestamp) -> Date {
    local(tz, now).date
}

/// The moment of a whole hour of a local day, by the wall clock there.
pub fn moment(tz: Tz, day: Date, hour: u8) -> Timestamp {
    // A day that changes its clock by day does not exist in these zones; an hour off would do no harm.
    midnight(tz, day).plus_seconds(i64::from(hour) * 3600)
}

/// The moment a local day begins. Where clocks jump over midnight, the day begins after the jump.
pub fn midnight(tz: Tz, day: Date) -> Timestamp {
    let naive = NaiveDate::from_ymd_opt(
        i32::from(day.year()),
        u32::from(day.month()),
        u32::from(day.day()),
    )
    .unwrap_or_default();
    let mut time = naive.and_time(NaiveTime::MIN);
    for _ in 0..24 {
        if let Some(moment) = tz.from_local_datetime(&time).earliest() {
            return Timestamp::from_micros(moment.timestamp_micros());
        }
        time += chrono::Duration::minutes(30);
    }
    Timestamp::from_micros(naive.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
}

fn date(day: NaiveDate) -> Date {
    Date::new(
        i16::try_from(day.year()).unwrap_or(i16::MAX),
        u8::try_from(day.month()).unwrap_or(1),
        u8::try_from(day.day()).unwrap_or(1),
    )
    .unwrap_or_else(|| Date::from_days_since_epoch(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_in_kamchatka_begins_before_moscow() {
        let tz = chrono_tz::Asia::Kamchatka;
        let day = Date::new(2026, 12, 15).unwrap();
        let moscow = midnight(chrono_tz::Europe::Moscow, day);
        assert_eq!(moscow.seconds_since(midnight(tz, day)), 9 * 3600);
        assert_eq!(local(tz, moscow).hours_from_moscow, 9);
    }

    proptest! {
        #[test]
        fn midnight_is_the_first_moment_of_its_day(days in 3650i32..24_000, zone in prop::sample::select(vec![
            "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk",
            "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
        ])) {
            let tz = parse(zone);
            let day = Date::from_days_since_epoch(days);
            let start = midnight(tz, day);
            prop_assert_eq!(today(tz, start), day);
            prop_assert_eq!(today(tz, Timestamp::from_micros(start.micros() - 1)), day.plus_days(-1));
        }
    }
}
