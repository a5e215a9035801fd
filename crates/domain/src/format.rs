//! How sums, dates and counts are written for people, in both languages.
//!
//! The same code runs on the server and in the browser, so that hydration never changes a text.
//! Rules: a no-break space groups thousands and stands before the sign of the rouble; kopecks only
//! when there are some; a real minus sign; a year only when it is not the current one.

use crate::{Date, Lang, LocalTime, Money};

const NBSP: char = '\u{a0}';
const MINUS: char = '\u{2212}';

/// `1 234,50 ₽` or `₽1,234.50`; kopecks only when there are some.
pub fn money(lang: Lang, sum: Money) -> String {
    let mut out = String::with_capacity(16);
    if sum.kopecks() < 0 {
        out.push(MINUS);
    }
    push_absolute(&mut out, lang, sum, false);
    out
}

/// With both kopeck digits, as receipts and statements have it: `399,00 ₽`.
pub fn money_full(lang: Lang, sum: Money) -> String {
    let mut out = String::with_capacity(16);
    if sum.kopecks() < 0 {
        out.push(MINUS);
    }
    push_absolute(&mut out, lang, sum, true);
    out
}

/// A change of the balance: always with its sign, `+399 ₽`, `−399 ₽`.
pub fn money_signed(lang: Lang, sum: Money) -> String {
    signed(lang, sum, false)
}

/// The same with both kopeck digits: `+399,00 ₽`.
pub fn money_full_signed(lang: Lang, sum: Money) -> String {
    signed(lang, sum, true)
}

fn signed(lang: Lang, sum: Money, always_kopecks: bool) -> String {
    let mut out = String::with_capacity(16);
    if sum.kopecks() < 0 {
        out.push(MINUS);
    } else if sum.kopecks() > 0 {
        out.push('+');
    }
    push_absolute(&mut out, lang, sum, always_kopecks);
    out
}

fn push_absolute(out: &mut String, lang: Lang, sum: Money, always_kopecks: bool) {
    let absolute = sum.kopecks().unsigned_abs();
    let (group, point) = match lang {
        Lang::Ru => (NBSP, ','),
        Lang::En => (',', '.'),
    };
    if lang == Lang::En {
        out.push('₽');
    }
    push_grouped(out, absolute / 100, group);
    let kopecks = absolute % 100;
    if kopecks > 0 || always_kopecks {
        out.push(point);
        out.push(char::from(b'0' + (kopecks / 10) as u8));
        out.push(char::from(b'0' + (kopecks % 10) as u8));
    }
    if lang == Lang::Ru {
        out.push(NBSP);
        out.push('₽');
    }
}

fn push_grouped(out: &mut String, number: u64, separator: char) {
    let digits = number.to_string();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(c);
    }
}

/// For screen readers on the big balance: `1234 рубля 50 копеек`.
pub fn money_spoken(lang: Lang, sum: Money) -> String {
    let absolute = sum.kopecks().unsigned_abs();
    let (whole, rest) = (absolute / 100, absolute % 100);
    let mut out = String::new();
    if sum.kopecks() < 0 {
        out.push_str(lang.pick("минус ", "minus "));
    }
    out.push_str(&whole.to_string());
    out.push(' ');
    out.push_str(match lang {
        Lang::Ru => plural_ru(whole, ["рубль", "рубля", "рублей"]),
        Lang::En => plural_en(whole, ["rouble", "roubles"]),
    });
    if rest > 0 {
        out.push(' ');
        out.push_str(&rest.to_string());
        out.push(' ');
        out.push_str(match lang {
            Lang::Ru => plural_ru(rest, ["копейка", "копейки", "копеек"]),
            Lang::En => plural_en(rest, ["kopeck", "kopecks"]),
        });
    }
    out
}

/// The Russian form for a count: one (1, 21, 101), few (2–4, 22), many (0, 5–20, 111).
pub const fn plural_ru(count: u64, forms: [&'static str; 3]) -> &'static str {
    match (count % 10, count % 100) {
        (_, 11..=14) => forms[2],
        (1, _) => forms[0],
        (2..=4, _) => forms[1],
        _ => forms[2],
    }
}

/// The English form for a count.
pub const fn plural_en(count: u64, forms: [&'static str; 2]) -> &'static str {
    if count == 1 { forms[0] } else { forms[1] }
}

/// `2 дня`, `5 дней`; `2 days`. The space does not break.
pub fn days(lang: Lang, count: u64) -> String {
    counted(
        count,
        match lang {
            Lang::Ru => plural_ru(count, ["день", "дня", "дней"]),
            Lang::En => plural_en(count, ["day", "days"]),
        },
    )
}

/// `3 часа`; `3 hours`.
pub fn hours(lang: Lang, count: u64) -> String {
    counted(
        count,
        match lang {
            Lang::Ru => plural_ru(count, ["час", "часа", "часов"]),
            Lang::En => plural_en(count, ["hour", "hours"]),
        },
    )
}

/// `58 минут`; `58 minutes`. In Russian in the accusative, as after «через».
pub fn minutes_in(lang: Lang, count: u64) -> String {
    counted(
        count,
        match lang {
            Lang::Ru => plural_ru(count, ["минуту", "минуты", "минут"]),
            Lang::En => plural_en(count, ["minute", "minutes"]),
        },
    )
}

/// `42 секунды`; `42 seconds`. In Russian in the accusative, as after «через».
pub fn seconds_in(lang: Lang, count: u64) -> String {
    counted(
        count,
        match lang {
            Lang::Ru => plural_ru(count, ["секунду", "секунды", "секунд"]),
            Lang::En => plural_en(count, ["second", "seconds"]),
        },
    )
}

/// How long something lives: `24 часа`, `30 минут`.
pub fn span(lang: Lang, seconds: i64) -> String {
    let minutes = u64::try_from(seconds / 60).unwrap_or(0);
    if minutes >= 60 && minutes.is_multiple_of(60) {
        hours(lang, minutes / 60)
    } else {
        minutes_in(lang, minutes)
    }
}

/// A number and its word, not to be torn apart at a line's end.
pub fn counted(count: u64, word: &str) -> String {
    format!("{count}{NBSP}{word}")
}

const MONTHS_RU: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `22 ноября` this year, `22 ноября 2027` otherwise.
pub fn date(lang: Lang, day: Date, today: Date) -> String {
    if day.year() == today.year() {
        day_and_month(lang, day)
    } else {
        full_date(lang, day)
    }
}

/// `22 ноября 2027`.
pub fn full_date(lang: Lang, day: Date) -> String {
    format!("{}{NBSP}{}", day_and_month(lang, day), day.year())
}

fn day_and_month(lang: Lang, day: Date) -> String {
    let month = match lang {
        Lang::Ru => MONTHS_RU[usize::from(day.month() - 1)],
        Lang::En => month_en(day),
    };
    format!("{}{NBSP}{month}", day.day())
}

/// The English name of a day's month, which stands alone as it stands in dates.
pub fn month_en(day: Date) -> &'static str {
    MONTHS_EN[usize::from(day.month() - 1)]
}

/// A day as tables and documents write it: `28.11.2026`, or `2026-11-28` in English.
pub fn numeric_date(lang: Lang, day: Date) -> String {
    match lang {
        Lang::Ru => format!("{:02}.{:02}.{}", day.day(), day.month(), day.year()),
        Lang::En => day.to_string(),
    }
}

/// A moment as documents write it: `28.11.2026 9:05 мск`.
pub fn stamp(lang: Lang, time: LocalTime) -> String {
    let (day, hour) = (numeric_date(lang, time.date), clock(time));
    format!("{day} {hour} {}", zone(lang, time))
}

/// `12:05`.
pub fn clock(time: LocalTime) -> String {
    format!("{}:{:02}", time.hour, time.minute)
}

/// For lists: `сегодня, 12:05`, `вчера, 9:30`, `22 ноября`.
pub fn moment(lang: Lang, time: LocalTime, today: Date) -> String {
    match today.days_since(time.date) {
        0 => format!("{}, {}", lang.pick("сегодня", "today"), clock(time)),
        1 => format!("{}, {}", lang.pick("вчера", "yesterday"), clock(time)),
        _ => date(lang, time.date, today),
    }
}

/// With the hour and the zone, for deadlines and receipts: `25 ноября, 12:05 мск`.
pub fn deadline(lang: Lang, time: LocalTime, today: Date) -> String {
    format!(
        "{}, {}{NBSP}{}",
        date(lang, time.date, today),
        clock(time),
        zone(lang, time)
    )
}

/// `мск`, `мск+4`, `мск−1`; `MSK+4`.
pub fn zone(lang: Lang, time: LocalTime) -> String {
    let name = lang.pick("мск", "MSK");
    match time.hours_from_moscow {
        0 => name.to_owned(),
        ahead @ 1.. => format!("{name}+{ahead}"),
        behind => format!("{name}{MINUS}{}", behind.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_hours_or_minutes() {
        assert_eq!(span(Lang::Ru, 24 * 3600), "24\u{a0}часа");
        assert_eq!(span(Lang::Ru, 1800), "30\u{a0}минут");
        assert_eq!(span(Lang::En, 90 * 60), "90\u{a0}minutes");
    }
    use crate::Timestamp;

    fn rub(kopecks: i64) -> Money {
        Money::from_kopecks(kopecks)
    }

    fn day(year: i16, month: u8, day: u8) -> Date {
        Date::new(year, month, day).unwrap()
    }

    fn time(date: Date, hour: u8, minute: u8, zone: i8) -> LocalTime {
        LocalTime {
            at: Timestamp::from_micros(0),
            date,
            hour,
            minute,
            hours_from_moscow: zone,
        }
    }

    #[test]
    fn sums() {
        for (kopecks, ru, en) in [
            (0, "0\u{a0}₽", "₽0"),
            (39_900, "399\u{a0}₽", "₽399"),
            (123_450, "1\u{a0}234,50\u{a0}₽", "₽1,234.50"),
            (1_234_500, "12\u{a0}345\u{a0}₽", "₽12,345"),
            (-25_000, "\u{2212}250\u{a0}₽", "\u{2212}₽250"),
            (5, "0,05\u{a0}₽", "₽0.05"),
            (
                12_345_678_900,
                "123\u{a0}456\u{a0}789\u{a0}₽",
                "₽123,456,789",
            ),
        ] {
            assert_eq!(money(Lang::Ru, rub(kopecks)), ru);
            assert_eq!(money(Lang::En, rub(kopecks)), en);
        }
        assert_eq!(money_signed(Lang::Ru, rub(30_000)), "+300\u{a0}₽");
        assert_eq!(money_signed(Lang::En, rub(-25_000)), "\u{2212}₽250");
        assert_eq!(money_full(Lang::Ru, rub(39_900)), "399,00\u{a0}₽");
    }

    #[test]
    fn spoken_sums() {
        assert_eq!(money_spoken(Lang::Ru, rub(123_450)), "1234 рубля 50 копеек");
        assert_eq!(money_spoken(Lang::Ru, rub(2_101)), "21 рубль 1 копейка");
        assert_eq!(money_spoken(Lang::En, rub(100)), "1 rouble");
    }

    #[test]
    fn plurals() {
        for (count, form) in [
            (0, "дней"),
            (1, "день"),
            (2, "дня"),
            (4, "дня"),
            (5, "дней"),
            (11, "дней"),
            (14, "дней"),
            (21, "день"),
            (22, "дня"),
            (25, "дней"),
            (111, "дней"),
            (121, "день"),
        ] {
            assert_eq!(days(Lang::Ru, count), format!("{count}\u{a0}{form}"));
        }
        assert_eq!(days(Lang::En, 1), "1\u{a0}day");
        assert_eq!(days(Lang::En, 21), "21\u{a0}days");
    }

    #[test]
    fn dates_and_times() {
        let today = day(2026, 11, 22);
        assert_eq!(date(Lang::Ru, day(2026, 12, 15), today), "15\u{a0}декабря");
        assert_eq!(
            date(Lang::Ru, day(2027, 1, 15), today),
            "15\u{a0}января\u{a0}2027"
        );
        assert_eq!(date(Lang::En, day(2026, 12, 15), today), "15\u{a0}December");
        assert_eq!(
            moment(Lang::Ru, time(today, 9, 5, 0), today),
            "сегодня, 9:05"
        );
        assert_eq!(
            moment(Lang::En, time(day(2026, 11, 21), 23, 59, 0), today),
            "yesterday, 23:59"
        );
        assert_eq!(
            moment(Lang::Ru, time(day(2026, 11, 3), 1, 2, 0), today),
            "3\u{a0}ноября"
        );
        assert_eq!(
            deadline(Lang::Ru, time(day(2026, 11, 25), 12, 5, 4), today),
            "25\u{a0}ноября, 12:05\u{a0}мск+4"
        );
        assert_eq!(zone(Lang::En, time(today, 0, 0, -1)), "MSK\u{2212}1");
    }
}
