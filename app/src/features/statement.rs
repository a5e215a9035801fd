//! The statement: choosing its days, its sums, and the same as a table for spreadsheets.

use crate::i18n::{cabinet, lang, statement as t};
use crate::ui::{error_text, icon};
use domain::Lang;
use domain::Money;
use domain::form::FieldError;
use domain::format::{clock, money, money_signed, numeric_date};
use domain::statement::{Span, Statement};
use leptos::prelude::*;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// As typed.
    pub from: String,
    /// As typed.
    pub to: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The page.
pub fn page(asked: &Asked, found: Option<&Statement>) -> AnyView {
    let lang = lang();
    view! {
        <div class="l-stack">
            <form class="l-stack l-form" method="get" action="/expenses/statement" novalidate="">
                {day_field("from", t::from(lang), &asked.from, asked)}
                {day_field("to", t::to(lang), &asked.to, asked)}
                <button class="c-btn" data-kind="soft" data-wide="">{t::show(lang)}</button>
            </form>
            {found.map(|found| sums(lang, found))}
        </div>
    }
    .into_any()
}

/// The browser's own field for days; what it cannot read is typed as `27.11.2026`.
fn day_field(name: &'static str, label: &'static str, value: &str, asked: &Asked) -> AnyView {
    let error = crate::ui::error_of(&asked.errors, name);
    let wrong = error.is_some();
    // A day that cannot be read would vanish from a field for days.
    let kind = if wrong { "text" } else { "date" };
    view! {
        <div class="c-field" data-state=wrong.then_some("error")>
            <label for=name>{label}</label>
            {error_text(name, error)}
            <div class="c-input">
                <input
                    id=name
                    name=name
                    type=kind
                    value=value.to_owned()
                    autocomplete="off"
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=wrong.then(|| format!("{name}-e"))
                />
            </div>
        </div>
    }
    .into_any()
}

fn sums(lang: Lang, found: &Statement) -> AnyView {
    let row =
        |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let kinds: Vec<_> = found
        .by_kind
        .iter()
        .map(|(kind, sum)| row(cabinet::operation(lang, *kind), money_signed(lang, *sum)))
        .collect();
    let what_for = if kinds.is_empty() {
        view! { <p class="c-hint">{t::nothing(lang)}</p> }.into_any()
    } else {
        view! {
            <hr/>
            <h3>{t::by_kind(lang)}</h3>
            <dl class="c-dl">{kinds}</dl>
        }
        .into_any()
    };
    let Span { from, to } = found.span;
    view! {
        <section class="c-card l-stack" data-gap="m">
            <div class="c-card__head"><h2>{t::span(lang, found.span)}</h2></div>
            <dl class="c-dl">
                {row(cabinet::account_number(lang), found.contract.grouped())}
                {row(t::opening(lang), money(lang, found.opening))}
                {row(t::income(lang), money(lang, found.income))}
                {row(t::spent(lang), money(lang, found.spent))}
                {row(t::closing(lang), money(lang, found.closing))}
            </dl>
            {what_for}
            <div class="l-actions" data-row="">
                <a class="c-btn" href=format!("/expenses/statement.pdf?from={from}&to={to}") download="">
                    {icon("i-download")}
                    {t::download_pdf(lang)}
                </a>
                <a class="c-btn" data-kind="soft" href=format!("/expenses/statement.csv?from={from}&to={to}") download="">
                    {icon("i-download")}
                    {t::download(lang)}
                </a>
            </div>
            <p class="c-hint">{t::download_hint(lang)}</p>
        </section>
    }
    .into_any()
}

/// The statement as a table that spreadsheets read: a byte order mark, since without it they take the
/// letters for others, and in Russian the semicolon and the decimal comma that they expect there.
///
/// # Errors
/// [`csv::Error`] when it cannot be written, which writing into memory does not do.
pub fn table(lang: Lang, found: &Statement) -> Result<Vec<u8>, csv::Error> {
    let ru = lang == Lang::Ru;
    let mut out = csv::WriterBuilder::new()
        .delimiter(if ru { b';' } else { b',' })
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(vec![0xEF, 0xBB, 0xBF]);
    let sum = |money: Money| {
        let text = money.to_gateway();
        if ru { text.replace('.', ",") } else { text }
    };
    let Span { from, to } = found.span;
    out.write_record([cabinet::account_number(lang), found.contract.as_str()])?;
    out.write_record([
        t::days(lang),
        &numeric_date(lang, from),
        &numeric_date(lang, to),
    ])?;
    out.write_record([t::opening(lang), &sum(found.opening)])?;
    out.write_record([
        t::day(lang),
        t::time(lang),
        t::operation(lang),
        t::detail(lang),
        t::sum(lang),
        t::balance(lang),
    ])?;
    for row in &found.rows {
        out.write_record([
            &numeric_date(lang, row.at.date),
            &clock(row.at),
            cabinet::operation(lang, row.kind),
            &inert(row.detail.as_deref().unwrap_or_default()),
            &sum(row.amount),
            &sum(row.balance),
        ])?;
    }
    out.write_record([t::income(lang), &sum(found.income)])?;
    out.write_record([t::spent(lang), &sum(found.spent)])?;
    out.write_record([t::closing(lang), &sum(found.closing)])?;
    out.into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A text that no spreadsheet takes for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::OpId;
    use domain::operation::{Operation, OperationKind};
    use domain::{ContractNumber, Date, LocalTime, Timestamp};

    fn statement() -> Statement {
        let date = Date::new(2026, 11, 7).unwrap();
        let row = |kind, kopecks, balance, detail: &str| Operation {
            version: 1,
            op: OpId(uuid::Uuid::nil()),
            kind,
            amount: Money::from_kopecks(kopecks),
            balance: Money::from_kopecks(balance),
            at: LocalTime {
                at: Timestamp::from_micros(0),
                date,
                hour: 9,
                minute: 5,
                hours_from_moscow: 0,
            },
            detail: Some(detail.to_owned()),
            payment: None,
        };
        let rows = vec![
            row(OperationKind::TopUp, 50_000, 75_900, "•• 4821"),
            row(OperationKind::Charge, -39_900, 36_000, "=Тариф; «1»"),
        ];
        let span = Span {
            from: Date::new(2026, 11, 1).unwrap(),
            to: Date::new(2026, 11, 27).unwrap(),
        };
        let contract = ContractNumber::parse("2041008755").unwrap();
        Statement::of(contract, span, Money::from_kopecks(25_900), rows).unwrap()
    }

    #[test]
    fn spreadsheets_read_it_and_run_nothing() {
        let table = String::from_utf8(table(Lang::Ru, &statement()).unwrap()).unwrap();
        let lines: Vec<&str> = table.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(
            lines,
            [
                "Лицевой счёт;2041008755",
                "Дни;01.11.2026;27.11.2026",
                "Было на счёте;259,00",
                "Дата;Время;Операция;Подробности;Сумма, ₽;Остаток, ₽",
                "07.11.2026;9:05;Пополнение;•• 4821;500,00;759,00",
                "07.11.2026;9:05;Списание по тарифу;\"'=Тариф; «1»\";-399,00;360,00",
                "Пришло;500,00",
                "Ушло;399,00",
                "Осталось;360,00",
            ]
        );
        let english = String::from_utf8(super::table(Lang::En, &statement()).unwrap()).unwrap();
        assert!(english.contains("2026-11-07,9:05,Top-up,•• 4821,500.00,759.00"));
    }
}
