//! Texts of the statement.

use super::texts;
use domain::Lang;
use domain::format::full_date;
use domain::statement::Span;

texts! {
    title: "Выписка", "Statement";
    lead: "Все пополнения и списания за выбранные дни", "All top-ups and charges of the days you choose";
    from: "С какого дня", "From";
    to: "По какой день", "To";
    show: "Показать", "Show";
    opening: "Было на счёте", "Balance before";
    income: "Пришло", "Came in";
    spent: "Ушло", "Went out";
    closing: "Осталось", "Balance after";
    by_kind: "Из чего сложилось", "What it is made of";
    download: "Скачать таблицей", "Download as a table";
    download_hint: "Файл CSV: откроется в Excel и других таблицах", "A CSV file for Excel and other spreadsheets";
    download_pdf: "Скачать PDF", "Download PDF";
    amount: "Сумма", "Sum";
    rest: "Остаток", "Balance";
    nothing: "За эти дни денег не приходило и не уходило", "Nothing came in or went out in these days";
    day: "Дата", "Date";
    time: "Время", "Time";
    operation: "Операция", "Operation";
    detail: "Подробности", "Details";
    sum: "Сумма, ₽", "Sum, RUB";
    balance: "Остаток, ₽", "Balance, RUB";
    days: "Дни", "Days";
}

/// `1 ноября 2026 — 27 ноября 2026`.
pub fn span(lang: Lang, span: Span) -> String {
    format!(
        "{} — {}",
        full_date(lang, span.from),
        full_date(lang, span.to)
    )
}
