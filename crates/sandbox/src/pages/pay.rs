//! The payer's pages: the card, the bank's question, how it ended.
//! They may not print a card's code, and print nothing unescaped.

use std::fmt::Write;

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Datelike, Utc};

use super::html::escape;
use super::{page as whole, way_back};
use crate::card::{CardView, TEST_CARDS, TestCard};
use crate::model::{MethodKind, Payment, Reason, Status};

/// What stands in the fields.
#[derive(Default)]
pub(crate) struct Filled {
    pub(crate) number: String,
    pub(crate) expiry: String,
    /// Only the made-up code of a test card from the list, never one that was typed.
    pub(crate) code: &'static str,
}

impl Filled {
    /// The fields for a card chosen from the list.
    pub(crate) fn test_card(card: &TestCard, now: DateTime<Utc>) -> Self {
        let year = (now.year() + 3) % 100;
        Self {
            number: card.grouped(),
            expiry: format!("12/{year:02}"),
            code: "123",
        }
    }
}

/// What is wrong with each field.
#[derive(Clone, Copy, Default)]
pub(crate) struct Errors {
    pub(crate) number: Option<&'static str>,
    pub(crate) expiry: Option<&'static str>,
    pub(crate) code: Option<&'static str>,
}

/// How a payment ended, for a payer who has nothing more to do.
enum Ending {
    Paid,
    Cancelled(Option<Reason>),
    /// The bank has not decided yet.
    Thinking,
}

impl Ending {
    fn of(payment: &Payment) -> Self {
        match payment.status {
            Status::Succeeded | Status::WaitingForCapture => Self::Paid,
            Status::Canceled => Self::Cancelled(payment.refusal),
            Status::Pending => Self::Thinking,
        }
    }
}

/// One field with its label and its error.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    value: &'a str,
    hint: &'a str,
    autocomplete: &'a str,
    max: u8,
    error: Option<&'a str>,
}

impl Field<'_> {
    fn html(&self) -> String {
        let name = self.name;
        let (mark, note) = match self.error {
            Some(error) => (
                format!(r#" aria-invalid="true" aria-describedby="{name}-error""#),
                format!(
                    r#"<p class="error" id="{name}-error">{}</p>"#,
                    escape(error)
                ),
            ),
            None => (String::new(), String::new()),
        };
        format!(
            r#"<div class="field {name}"><label for="{name}">{label}</label><input id="{name}" name="{name}" value="{value}" placeholder="{hint}" inputmode="numeric" autocomplete="{auto}" maxlength="{max}" required{mark}>{note}</div>"#,
            label = escape(self.label),
            value = escape(self.value),
            hint = escape(self.hint),
            auto = self.autocomplete,
            max = self.max,
        )
    }
}

/// The page on which the payer pays.
pub(crate) fn page(
    status: StatusCode,
    payment: &Payment,
    shop_id: &str,
    filled: &Filled,
    errors: Errors,
) -> Response {
    let back = way_back(payment);
    let shop = back.as_ref().and_then(|url| url.host_str()).map_or_else(
        || format!("Магазин № {}", escape(shop_id)),
        |host| format!("{} · магазин № {}", escape(host), escape(shop_id)),
    );
    let description = payment
        .description
        .as_deref()
        .map(|text| format!(r#"<p class="about">{}</p>"#, escape(text)))
        .unwrap_or_default();
    let kind = payment
        .method
        .as_ref()
        .map_or(MethodKind::BankCard, |method| method.kind);
    let form = match kind {
        MethodKind::BankCard => card_form(payment, filled, errors),
        MethodKind::Sbp => choice_form(payment, "Система быстрых платежей", "Оплатить через СБП"),
        MethodKind::YooMoney => choice_form(payment, "Кошелёк", "Оплатить из кошелька"),
    };
    let leave = if back.is_some() {
        "Отменить и вернуться в магазин"
    } else {
        "Отменить платёж"
    };
    let body = format!(
        r#"<main><section class="sum"><p class="shop">{shop}</p><h1>{sum}</h1>{description}</section>
{form}
<form method="post" action="/pay/{id}/cancel" class="leave"><button class="link">{leave}</button></form></main>"#,
        sum = payment.amount.human(),
        id = escape(&payment.id),
    );
    whole(
        status,
        &format!("Оплата {}", payment.amount.human()),
        &body,
        back.as_ref(),
    )
}

fn card_form(payment: &Payment, filled: &Filled, errors: Errors) -> String {
    let number = Field {
        name: "number",
        label: "Номер карты",
        value: &filled.number,
        hint: "0000 0000 0000 0000",
        autocomplete: "cc-number",
        max: 32,
        error: errors.number,
    };
    let expiry = Field {
        name: "expiry",
        label: "ММ/ГГ",
        value: &filled.expiry,
        hint: "09/29",
        autocomplete: "cc-exp",
        max: 9,
        error: errors.expiry,
    };
    let code = Field {
        name: "code",
        label: "CVC",
        value: filled.code,
        hint: "123",
        autocomplete: "cc-csc",
        max: 3,
        error: errors.code,
    };
    format!(
        r#"<form method="post" action="/pay/{id}" class="card" novalidate>{number}<div class="pair">{expiry}{code}</div>
<button class="pay">Оплатить {sum}</button></form>
{cards}"#,
        id = escape(&payment.id),
        number = number.html(),
        expiry = expiry.html(),
        code = code.html(),
        sum = payment.amount.human(),
        cards = test_cards(payment, errors.number.is_some()),
    )
}

fn test_cards(payment: &Payment, open: bool) -> String {
    let mut rows = String::new();
    for card in TEST_CARDS {
        let _ = write!(
            rows,
            r#"<li><a class="choose" href="/pay/{id}?card={number}"><b>{grouped}</b><span>{title}</span></a></li>"#,
            id = escape(&payment.id),
            number = card.number,
            grouped = card.grouped(),
            title = escape(card.title),
        );
    }
    let open = if open { " open" } else { "" };
    format!(
        r#"<details class="cards"{open}><summary>Тестовые карты</summary><p>Нажмите на карту — поля заполнятся. Срок — любой будущий, CVC — любые три цифры.</p><ul>{rows}</ul></details>"#
    )
}

/// Payments without a card: the payer's bank is played by a choice.
fn choice_form(payment: &Payment, title: &str, button: &str) -> String {
    let mut options = String::from(
        r#"<option value="success">Оплата проходит</option><option value="delay">Оплата пройдёт через минуту</option>"#,
    );
    for reason in [
        Reason::InsufficientFunds,
        Reason::PaymentMethodLimitExceeded,
        Reason::InternalTimeout,
    ] {
        let _ = write!(
            options,
            r#"<option value="{}">Отказ: {}</option>"#,
            reason.as_str(),
            escape(reason.text())
        );
    }
    format!(
        r#"<form method="post" action="/pay/{id}" class="card"><div class="field"><label for="outcome">{title}: чем закончится оплата</label><select id="outcome" name="outcome">{options}</select></div>
<button class="pay">{button} {sum}</button></form>"#,
        id = escape(&payment.id),
        title = escape(title),
        button = escape(button),
        sum = payment.amount.human(),
    )
}

/// The bank's question.
pub(crate) fn challenge(
    status: StatusCode,
    payment: &Payment,
    card: &CardView,
    error: Option<&str>,
) -> Response {
    let code = Field {
        name: "code",
        label: "Код из сообщения",
        value: "",
        hint: "1234",
        autocomplete: "one-time-code",
        max: 8,
        error,
    };
    let id = escape(&payment.id);
    let body = format!(
        r#"<main><section class="sum"><p class="shop">Подтверждение платежа</p><h1>{sum}</h1><p class="about">Карта •••• {last4}. Банк отправил код на ваш телефон. В демо верный код — 1234.</p></section>
<form method="post" action="/pay/{id}/3ds" class="card" novalidate>{code}<button class="pay">Подтвердить</button></form>
<form method="post" action="/pay/{id}/refuse" class="leave"><button class="link">Отказаться</button></form></main>"#,
        sum = payment.amount.human(),
        last4 = escape(&card.last4),
        code = code.html(),
    );
    whole(status, "Подтверждение", &body, way_back(payment).as_ref())
}

/// Nothing to do here any more, and the way back.
pub(crate) fn over(payment: &Payment) -> Response {
    let (title, text) = match Ending::of(payment) {
        Ending::Paid => ("Оплата принята", "Второй раз платить не нужно.".to_owned()),
        Ending::Thinking => (
            "Банк проверяет платёж",
            "Обычно это занимает минуту. Второй раз платить не нужно.".to_owned(),
        ),
        Ending::Cancelled(Some(Reason::ExpiredOnConfirmation) | None) => (
            "Платёж отменён",
            "Деньги не списаны. Начать заново можно в магазине.".to_owned(),
        ),
        Ending::Cancelled(Some(reason)) => (
            "Платёж не прошёл",
            format!(
                "Причина: {}. Деньги не списаны. Попробовать ещё раз можно в магазине.",
                reason.text()
            ),
        ),
    };
    let back = way_back(payment);
    let link = back
        .as_ref()
        .map(|url| {
            format!(
                r#"<p><a class="pay" href="{}">Вернуться в магазин</a></p>"#,
                escape(url.as_str())
            )
        })
        .unwrap_or_default();
    let body = format!(
        r#"<main><section class="sum"><p class="shop">{sum}</p><h1>{title}</h1><p class="about">{text}</p></section>{link}</main>"#,
        sum = payment.amount.human(),
        text = escape(&text),
    );
    whole(StatusCode::OK, title, &body, back.as_ref())
}

/// No such payment.
pub(crate) fn unknown() -> Response {
    let body = r#"<main><section class="sum"><h1>Платёж не найден</h1><p class="about">Проверьте ссылку или вернитесь в магазин и начните оплату заново.</p></section></main>"#;
    whole(StatusCode::NOT_FOUND, "Платёж не найден", body, None)
}
