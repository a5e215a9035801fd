//! A statement as a document.

use super::{Align, Column, PdfError, Sheet};
use crate::i18n::{cabinet, statement as t};
use domain::Lang;
use domain::format::{clock, money_full, money_full_signed, numeric_date};
use domain::statement::{Span, Statement};

/// Day and hour, operation, sum, balance.
const COLUMNS: [Column; 4] = [
    (0.2, Align::Left),
    (0.4, Align::Left),
    (0.2, Align::Right),
    (0.2, Align::Right),
];

/// The document. Its sums are those of the statement, which has proved them against the ledger.
///
/// # Errors
/// [`PdfError`] when it cannot be made.
pub fn make(lang: Lang, found: &Statement) -> Result<Vec<u8>, PdfError> {
    let mut sheet = Sheet::a4()?;
    let (plain, strong, pale) = (sheet.plain(), sheet.strong(), sheet.pale());
    let heading = sheet.heading();
    let span = t::span(lang, found.span);
    sheet.text(heading, Align::Left, t::title(lang));
    sheet.text(plain, Align::Left, &span);
    sheet.text(
        pale,
        Align::Left,
        &format!(
            "{} {}",
            cabinet::account_number(lang),
            found.contract.grouped()
        ),
    );
    sheet.rule();
    for (name, sum) in [
        (t::opening(lang), found.opening),
        (t::income(lang), found.income),
        (t::spent(lang), found.spent),
        (t::closing(lang), found.closing),
    ] {
        sheet.pair(strong, name, &money_full(lang, sum));
    }
    sheet.gap(12.0);
    let names = [
        t::day(lang),
        t::operation(lang),
        t::amount(lang),
        t::rest(lang),
    ];
    sheet.head(&COLUMNS, &names);
    for row in &found.rows {
        let day = numeric_date(lang, row.at.date);
        let when = format!("{day} {}", clock(row.at));
        let what = match row.detail.as_deref().filter(|detail| !detail.is_empty()) {
            Some(detail) => format!("{}, {detail}", cabinet::operation(lang, row.kind)),
            None => cabinet::operation(lang, row.kind).to_owned(),
        };
        let (sum, rest) = (
            money_full_signed(lang, row.amount),
            money_full(lang, row.balance),
        );
        sheet.row(plain, &COLUMNS, &[&when, &what, &sum, &rest]);
    }
    if found.rows.is_empty() {
        sheet.text(plain, Align::Left, t::nothing(lang));
    }
    let Span { from, to } = found.span;
    let title = format!("{} {from} {to}", t::title(lang));
    sheet.finish(&title, lang.code())
}
