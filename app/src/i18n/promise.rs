//! Texts of the promised payment.

use super::texts;
use domain::format::{date, deadline, money};
use domain::promise::{Offer, Open, Reason, Standing};
use domain::{Date, Lang, LocalTime, Money};

texts! {
    lend: "Дадим в долг", "We lend";
    cost: "Стоимость", "Cost";
    free: "Бесплатно", "Free of charge";
    back_by: "Вернуть до", "Back by";
    if_late: "Если не вернуть вовремя", "If it is not back in time";
    if_late_body: "Телевидение приостановится. Неиспользованные дни вернутся на счёт и погасят долг: останется не больше платы за дни, когда телевидение работало. Пени и штрафов нет.", "Television pauses. The unused days come back and repay the debt: at most the price of the days used is left. There is no penalty.";
    if_late_all: "Телевидение приостановится, пока долг не погашен. Пени и штрафов нет.", "Television pauses until it is repaid. There is no penalty.";
    how_back: "Как вернуть", "How to pay it back";
    how_back_body: "Просто пополните счёт любым способом: деньги сначала погасят обещанный платёж.", "Top up in any way: the money repays the promised payment first.";
    overdue_title: "Срок прошёл", "Overdue";
    overdue_body: "Телевидение приостановлено. Любое пополнение сначала погасит долг, а когда денег хватит на тариф, каналы включатся сами.", "Television is paused. Any top-up repays the debt first; once there is enough for the tariff, the channels come back by themselves.";
    overdue_all: "Телевидение приостановлено. Любое пополнение сначала погасит долг, и каналы включатся.", "Television is paused. Any top-up repays the debt first, and the channels come back.";
    later: "Можно взять и позже: тогда и вернуть нужно будет позже.", "You may take it later: then it is due later too.";
    top_up_instead: "Пополнить счёт", "Top up instead";
    not_now: "Сейчас взять нельзя", "Not available now";
    not_needed: "Сейчас он не нужен", "Not needed now";
    history: "Раньше", "Before";
    repaid: "Возвращён", "Repaid";
    repaid_late: "Возвращён позже срока", "Repaid late";
    written_off: "Закрыт", "Closed";
}

/// The button: `Взять до 25 ноября`.
pub fn take(lang: Lang, due: LocalTime, today: Date) -> String {
    let day = date(lang, due.date, today);
    match lang {
        Lang::Ru => format!("Взять до {day}"),
        Lang::En => format!("Take it until {day}"),
    }
}

/// What happens at once.
pub fn effect(lang: Lang, offer: &Offer, today: Date) -> String {
    let due = deadline(lang, offer.due, today);
    match (lang, offer.paid_through) {
        (Lang::Ru, None) => format!("Телевидение включится сразу и будет работать до {due}"),
        (Lang::En, None) => format!("Television comes on at once and works until {due}"),
        (Lang::Ru, Some(day)) => format!(
            "Телевидение оплачено до {} и не прервётся до {due}",
            date(lang, day, today)
        ),
        (Lang::En, Some(day)) => format!(
            "Television is paid until {} and goes on until {due}",
            date(lang, day, today)
        ),
    }
}

/// Until when an open one has to be back: `До 1 декабря, 2:36 мск · осталось 2 дня 23 часа`.
pub fn term(lang: Lang, open: &Open, today: Date) -> String {
    let due = deadline(lang, open.due, today);
    let left = super::cabinet::time_left(lang, open.seconds_left);
    match (lang, open.seconds_left > 0) {
        (Lang::Ru, true) => format!("До {due} · {left}"),
        (Lang::En, true) => format!("By {due} · {left}"),
        (Lang::Ru, false) => format!("Срок прошёл {due}"),
        (Lang::En, false) => format!("Overdue since {due}"),
    }
}

/// The sum that is owed: `Верните 140 ₽`.
pub fn owed(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("Верните {sum}"),
        Lang::En => format!("Repay {sum}"),
    }
}

/// Why there is none now, and from when there is.
pub fn reason(lang: Lang, reason: Reason, today: Date) -> String {
    let ru = matches!(lang, Lang::Ru);
    let from = |day| date(lang, day, today);
    match reason {
        Reason::NoTariff => lang
            .pick("Тариф не подключён.", "There is no tariff.")
            .to_owned(),
        Reason::Stopped(hold) => format!("{}.", super::cabinet::hold(lang, hold)),
        Reason::NotNeeded(day) if ru => format!(
            "Телевидение оплачено до {}. Он понадобится, если к этому дню на счёте не хватит денег.",
            from(day)
        ),
        Reason::NotNeeded(day) => format!(
            "Television is paid until {}. You need it if money is short by then.",
            from(day)
        ),
        Reason::LongPeriod => lang
            .pick(
                "Тариф оплачивается сразу за долгий срок, такую сумму в долг не даём.",
                "The tariff is paid for a long time at once; such a sum is not lent.",
            )
            .to_owned(),
        Reason::OtherDebt => lang
            .pick(
                "Банк вернул один из платежей, и он ещё не возмещён.",
                "The bank took a payment back, and it is still owed.",
            )
            .to_owned(),
        Reason::GivingBack => lang
            .pick(
                "Деньги со счёта возвращаются вам. Отзовите заявку на возврат, и они оплатят телевидение.",
                "Money of the account is going back to you. Withdraw the refund and it pays for television.",
            )
            .to_owned(),
        Reason::TooEarly(day) if ru => {
            format!("Договор заключён недавно. Взять можно с {}.", from(day))
        }
        Reason::TooEarly(day) => format!("The contract is young. Available from {}.", from(day)),
        Reason::TakenLately(day) if ru => {
            format!("Недавно вы его уже брали. Снова можно с {}.", from(day))
        }
        Reason::TakenLately(day) => format!(
            "You have taken one lately. Available again from {}.",
            from(day)
        ),
        Reason::WasLate(None) => lang
            .pick(
                "Прошлый раз деньги не вернулись вовремя. Пополните счёт, и телевидение включится.",
                "Last time the money was not back in time. Top up and television comes on.",
            )
            .to_owned(),
        Reason::WasLate(Some(day)) if ru => format!(
            "Прошлый раз деньги не вернулись вовремя. Снова можно с {}.",
            from(day)
        ),
        Reason::WasLate(Some(day)) => format!(
            "Last time the money was not back in time. Available again from {}.",
            from(day)
        ),
        Reason::OffTooLong => lang
            .pick(
                "Телевидение отключено слишком давно.",
                "Television has been off for too long.",
            )
            .to_owned(),
        Reason::TooMuch(most) if ru => format!(
            "Не хватает больше {}: столько в долг не даём.",
            money(lang, most)
        ),
        Reason::TooMuch(most) => format!(
            "More than {} is missing; so much is not lent.",
            money(lang, most)
        ),
    }
}

/// One line for the list of ways to pay.
pub fn hint(lang: Lang, standing: &Standing, today: Date) -> String {
    match standing {
        Standing::Offered(offer) => {
            let (sum, due) = (money(lang, offer.amount), deadline(lang, offer.due, today));
            match lang {
                Lang::Ru => format!("{sum} в долг до {due}"),
                Lang::En => format!("{sum} lent until {due}"),
            }
        }
        Standing::Open(open) => {
            let (sum, due) = (money(lang, open.owed), deadline(lang, open.due, today));
            match (lang, open.overdue) {
                (Lang::Ru, false) => format!("Верните {sum} до {due}"),
                (Lang::En, false) => format!("Repay {sum} by {due}"),
                (Lang::Ru, true) => format!("Срок прошёл, верните {sum}"),
                (Lang::En, true) => format!("Overdue, repay {sum}"),
            }
        }
        Standing::Refused(refused) => reason(lang, *refused, today),
    }
}
