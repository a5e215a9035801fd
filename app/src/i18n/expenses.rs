//! Texts of the page of expenses.

use super::texts;
use domain::Lang;
use domain::format::{counted, money, month_en, plural_en, plural_ru};
use domain::operation::OperationKind;
use domain::spending::{Asked, Compared, Direction, Month, Spending};

texts! {
    chart: "Расходы за 12 месяцев", "Expenses over 12 months";
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
    whole: "показать за всё время", "show all months";
    one: "Операция", "Operation";
    receipt: "Чек", "Receipt";
    not_clear: "Что-то не так?", "Something wrong?";
    when: "Когда", "When";
    detail: "Подробности", "Details";
    by_card: "Карта", "Card";
    all: "Показать все операции", "Show all operations";
    pages: "Страницы операций", "Pages of operations";
    to_charge: "К операции", "To the operation";
    for_days: "За какие дни", "For which days";
    was: "Было на счёте", "Balance before";
    became: "Стало", "Balance after";
    none_found: "Таких операций нет", "No such operations";
    none_found_body: "Выберите другой месяц или покажите все операции", "Choose another month or show all operations";
}

/// Alone, within, and short; English ones are those of dates.
const NAMES: [(&str, &str, &str); 12] = [
    ("январь", "в январе", "янв"),
    ("февраль", "в феврале", "фев"),
    ("март", "в марте", "мар"),
    ("апрель", "в апреле", "апр"),
    ("май", "в мае", "май"),
    ("июнь", "в июне", "июн"),
    ("июль", "в июле", "июл"),
    ("август", "в августе", "авг"),
    ("сентябрь", "в сентябре", "сен"),
    ("октябрь", "в октябре", "окт"),
    ("ноябрь", "в ноябре", "ноя"),
    ("декабрь", "в декабре", "дек"),
];

fn names(month: Month) -> (&'static str, &'static str, &'static str) {
    NAMES
        .get(usize::from(month.month()).saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// `октябрь 2026`.
pub fn month_name(lang: Lang, month: Month) -> String {
    let (ru, ..) = names(month);
    format!("{} {}", lang.pick(ru, month_en(month)), month.year())
}

/// `окт`.
pub fn month_short(lang: Lang, month: Month) -> &'static str {
    let (_, _, ru) = names(month);
    let en = month_en(month);
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
    let (_, within, _) = names(chosen.month);
    let en = month_en(chosen.month);
    let sum = money(lang, chosen.total());
    let compared = spending.compared();
    let so_far = if compared == Compared::SoFar {
        lang.pick("пока ", "so far ")
    } else {
        ""
    };
    let start = match lang {
        Lang::Ru => format!("{} {so_far}{sum}", capital(within)),
        Lang::En => format!("{en}: {so_far}{sum}"),
    };
    let rest = match (compared, lang) {
        (Compared::Alone | Compared::SoFar, _) => String::new(),
        (Compared::Usual, Lang::Ru) => " — как обычно".to_owned(),
        (Compared::Usual, Lang::En) => ", as usual".to_owned(),
        (Compared::More(more), Lang::Ru) => format!(" — на {} больше обычного", money(lang, more)),
        (Compared::More(more), Lang::En) => format!(", {} more than usual", money(lang, more)),
        (Compared::Less(less), Lang::Ru) => format!(" — на {} меньше обычного", money(lang, less)),
        (Compared::Less(less), Lang::En) => format!(", {} less than usual", money(lang, less)),
    };
    start + &rest
}

/// The days that were charged, the first and the last of them.
pub fn days(lang: Lang, from: &str, to: &str) -> String {
    match lang {
        Lang::Ru => format!("с {from} по {to}"),
        Lang::En => format!("{from} to {to}, both included"),
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
            "Тариф списывается за период вперёд: в полночь по вашему времени, когда кончится оплаченное время, или сразу, когда на счёте появляются деньги",
            "A tariff is charged a period ahead: at midnight your time, when the paid period ends, or as soon as there is money",
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
            "Обещанный платёж не вернули в срок: деньги за неиспользованные дни вернулись на счёт",
            "A promised payment was not back in time: money for unused days was returned",
        ),
        OperationKind::DebtRepaid => lang.pick(
            "Пополнение сначала гасит долг",
            "A top-up first pays debt",
        ),
        OperationKind::RefundRequest => lang.pick(
            "Вы попросили вернуть деньги: они отложены и уходят туда, откуда пришли",
            "You asked for money back: it is set aside and goes to where it came from",
        ),
        OperationKind::RefundCancel => lang.pick(
            "Заявку на возврат отозвали, в нём отказано или банк не принял деньги: они снова на балансе",
            "The refund was withdrawn, declined, or the bank did not take it: the money is back on your balance",
        ),
        OperationKind::Other => lang.pick(
            "Подробности расскажет оператор",
            "The operator can tell you more",
        ),
    }
}

/// What the list shows, and how many: «Ноябрь 2026, списания: 3 операции».
pub fn shown(lang: Lang, asked: &Asked, count: usize, whole: bool) -> String {
    let mut parts: Vec<String> = asked
        .month
        .map(|month| month_name(lang, month))
        .into_iter()
        .collect();
    match asked.direction {
        Direction::Both => {}
        one => parts.push(direction(lang, one).to_lowercase()),
    }
    if parts.is_empty() {
        parts.push(
            lang.pick("последние операции", "last operations")
                .to_owned(),
        );
    }
    let what = capital(&parts.join(", "));
    // A part of a list says nothing by its length.
    if !whole {
        return what;
    }
    let many = u64::try_from(count).unwrap_or(u64::MAX);
    let operations = match lang {
        Lang::Ru => plural_ru(many, ["операция", "операции", "операций"]),
        Lang::En => plural_en(many, ["operation", "operations"]),
    };
    format!("{what}: {}", counted(many, operations))
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
