//! Texts of the page of expenses.

use super::texts;
use domain::Lang;
use domain::format::money;
use domain::operation::OperationKind;
use domain::spending::{Compared, Direction, Month, Spending};

texts! {
    chart: "Расходы за 12 месяцев", "Expenses of 12 months";
    as_table: "Показать таблицей", "Show as a table";
    table: "Расходы по месяцам", "Expenses by month";
    month: "Месяц", "Month";
    tariff: "Тариф", "Tariff";
    other: "Прочее", "Other";
    total: "Всего", "Total";
    filter: "Что показать", "What to show";
    both: "Все", "All";
    income: "Пополнения", "Top-ups";
    spent: "Списания", "Charges";
    whole: "За всё время", "Of all time";
    one: "Операция", "Operation";
    receipt: "Чек", "Receipt";
    not_clear: "Что-то не так?", "Something wrong?";
    when: "Когда", "When";
    detail: "Подробности", "Details";
    for_days: "За какие дни", "For which days";
    was: "Было на счёте", "Balance before";
    became: "Стало", "Balance after";
    none_found: "Таких операций нет", "No such operations";
    none_found_body: "Выберите другой месяц или покажите все операции", "Choose another month or show all operations";
}

const NAMES: [(&str, &str, &str, &str); 12] = [
    ("январь", "в январе", "янв", "January"),
    ("февраль", "в феврале", "фев", "February"),
    ("март", "в марте", "мар", "March"),
    ("апрель", "в апреле", "апр", "April"),
    ("май", "в мае", "май", "May"),
    ("июнь", "в июне", "июн", "June"),
    ("июль", "в июле", "июл", "July"),
    ("август", "в августе", "авг", "August"),
    ("сентябрь", "в сентябре", "сен", "September"),
    ("октябрь", "в октябре", "окт", "October"),
    ("ноябрь", "в ноябре", "ноя", "November"),
    ("декабрь", "в декабре", "дек", "December"),
];

fn names(month: Month) -> (&'static str, &'static str, &'static str, &'static str) {
    NAMES
        .get(usize::from(month.month()).saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// `октябрь 2026`.
pub fn month_name(lang: Lang, month: Month) -> String {
    let (ru, _, _, en) = names(month);
    format!("{} {}", lang.pick(ru, en), month.year())
}

/// `окт`.
pub fn month_short(lang: Lang, month: Month) -> &'static str {
    let (_, _, ru, en) = names(month);
    lang.pick(ru, en.get(..3).unwrap_or(en))
}

/// With a capital letter, as at the beginning of a line.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What the chart says in a sentence: «В октябре 548 ₽ — на 149 ₽ больше обычного».
pub fn conclusion(lang: Lang, spending: &Spending) -> String {
    let Some(chosen) = spending.of_chosen() else {
        return month_name(lang, spending.chosen);
    };
    let (_, within, _, en) = names(chosen.month);
    let sum = money(lang, chosen.total());
    let start = match lang {
        Lang::Ru => format!("{} {sum}", capital(within)),
        Lang::En => format!("{en}: {sum}"),
    };
    let rest = match (spending.compared(), lang) {
        (Compared::Alone, _) => String::new(),
        (Compared::Usual, Lang::Ru) => " — как обычно".to_owned(),
        (Compared::Usual, Lang::En) => ", as usual".to_owned(),
        (Compared::More(more), Lang::Ru) => format!(" — на {} больше обычного", money(lang, more)),
        (Compared::More(more), Lang::En) => format!(", {} more than usual", money(lang, more)),
        (Compared::Less(less), Lang::Ru) => format!(" — на {} меньше обычного", money(lang, less)),
        (Compared::Less(less), Lang::En) => format!(", {} less than usual", money(lang, less)),
    };
    start + &rest
}

/// The days that were charged, the last one not among them.
pub fn days(lang: Lang, from: &str, to: &str) -> String {
    match lang {
        Lang::Ru => format!("с {from} до {to}"),
        Lang::En => format!("{from} to {to}"),
    }
}

/// Why an operation happened.
pub fn why(lang: Lang, kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::TopUp => lang.pick(
            "Вы пополнили счёт, или это сделали за вас",
            "You topped up, or somebody did it for you",
        ),
        OperationKind::Voucher => lang.pick(
            "Вы активировали карту предоплаты",
            "You activated a prepaid card",
        ),
        OperationKind::Charge => lang.pick(
            "Тариф списывается за период вперёд: в полночь по вашему времени, когда кончается оплаченный, или сразу, когда на счёте появляются деньги",
            "A tariff is charged a period ahead: at your midnight when the paid one ends, or as soon as there is money",
        ),
        OperationKind::PromiseGrant => lang.pick(
            "Вы взяли обещанный платёж: деньги в долг до срока",
            "You took a promised payment: money lent until a date",
        ),
        OperationKind::PromiseRepaid => lang.pick(
            "Пополнение сначала возвращает обещанный платёж",
            "A top-up first pays a promised payment back",
        ),
        OperationKind::PromiseFee => lang.pick(
            "Плата за обещанный платёж, о которой было сказано до того, как вы его взяли",
            "The fee that was named before you took the promised payment",
        ),
        OperationKind::DaysReturned => lang.pick(
            "Обещанный платёж не вернули в срок: деньги за дни, которых не было, вернулись на счёт",
            "A promised payment was not back in time: the money of unused days came back",
        ),
        OperationKind::DebtRepaid => lang.pick(
            "Пополнение сначала гасит долг",
            "A top-up first pays debt",
        ),
        OperationKind::Other => lang.pick(
            "Подробности расскажет оператор",
            "The operator can tell you more",
        ),
    }
}

/// A choice of the filter.
pub fn direction(lang: Lang, direction: Direction) -> &'static str {
    match direction {
        Direction::Both => both(lang),
        Direction::In => income(lang),
        Direction::Out => spent(lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::spending::MonthSum;
    use domain::{Date, Money};

    #[test]
    fn the_chart_is_said_in_a_sentence() {
        let today = Date::new(2026, 11, 28).unwrap();
        let sum = |month, roubles| MonthSum {
            month: Date::new(2026, month, 1).unwrap(),
            tariff: Money::from_roubles(roubles),
            other: Money::ZERO,
        };
        let known = [sum(8, 399), sum(9, 399), sum(10, 548)];
        let spending = Spending::until(today, &known, Date::new(2026, 10, 1));
        assert_eq!(
            conclusion(Lang::Ru, &spending),
            "В октябре 548\u{a0}₽ — на 149\u{a0}₽ больше обычного"
        );
        assert_eq!(
            conclusion(Lang::En, &spending),
            "October: ₽548, ₽149 more than usual"
        );
        assert_eq!(month_short(Lang::En, today.first_of_month()), "Nov");
        assert_eq!(month_name(Lang::Ru, today.first_of_month()), "ноябрь 2026");
    }
}
