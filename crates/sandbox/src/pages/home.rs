//! The start page: what this is and, with control on, the last payments and the faults.
//! It may not do anything itself: its buttons are the forms of `control_http`.

use std::fmt::Write;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::html::escape;
use super::page as whole;
use crate::faults::Hooks;
use crate::model::{Payment, Reason, Status};
use crate::{Sandbox, wire};

/// How many payments the page shows.
const SHOWN: usize = 30;

pub(crate) async fn show(State(sandbox): State<Sandbox>) -> Response {
    let intro = r#"<main class="wide"><section><h1>Демо-банк</h1><p class="about">Учебная замена платёжного сервиса: принимает запросы магазина, показывает страницу оплаты и сообщает магазину, чем всё закончилось. Настоящих денег и карт здесь нет.</p></section>"#;
    let mut body = String::from(intro);
    if sandbox.core.config.control {
        body.push_str(&control(&sandbox));
    }
    body.push_str("</main>");
    whole(StatusCode::OK, "О сервисе", &body, None)
}

fn control(sandbox: &Sandbox) -> String {
    sandbox.core.with(|store, now| {
        let mut html = String::new();
        let _ = write!(
            html,
            r#"<section><p class="facts"><span>Часы: {now}</span><span>Ждут оплаты: {pending}</span><span>Оплачено: {paid}</span><span>Отменено: {canceled}</span><span>Уведомлений в очереди: {waiting}</span></p></section><section><h2>Последние платежи</h2>"#,
            now = now.format("%d.%m.%Y %H:%M:%S UTC"),
            pending = store.count(Status::Pending),
            paid = store.count(Status::Succeeded),
            canceled = store.count(Status::Canceled),
            waiting = store.data.outbox.len(),
        );
        if store.data.payments.is_empty() {
            html.push_str(r#"<p class="about">Пока ни одного. Начните оплату в магазине.</p>"#);
        }
        html.push_str(r#"<ul class="payments">"#);
        for payment in store.newest_first().take(SHOWN) {
            html.push_str(&row(payment, store.data.outbox.attempts(&payment.id)));
        }
        html.push_str("</ul></section>");
        html.push_str(&faults(&store.hooks));
        html
    })
}

fn row(payment: &Payment, attempts: Option<u32>) -> String {
    let state = match (payment.status, payment.refusal) {
        (Status::Pending, _) if payment.settlement.is_some() => "банк проверяет".to_owned(),
        (Status::Pending, _) => "ждёт оплаты".to_owned(),
        (Status::WaitingForCapture, _) => "деньги удержаны".to_owned(),
        (Status::Succeeded, _) => "оплачен".to_owned(),
        (Status::Canceled, Some(reason)) => format!("отменён: {}", reason.text()),
        (Status::Canceled, None) => "отменён".to_owned(),
    };
    let webhook = match attempts {
        None => String::new(),
        Some(0) => " · уведомление ждёт отправки".to_owned(),
        Some(attempts) => format!(" · уведомление не принято, попыток: {attempts}"),
    };
    let id = escape(&payment.id);
    let buttons = if payment.status.is_final() {
        String::new()
    } else {
        format!(
            r#"<form method="post" action="/actions/complete"><input type="hidden" name="id" value="{id}"><button>Провести</button></form><form method="post" action="/actions/decline"><input type="hidden" name="id" value="{id}"><select name="reason" aria-label="Причина отказа">{reasons}</select><button>Отказать</button></form>"#,
            reasons = reasons(),
        )
    };
    let redeliver = if payment.status == Status::Pending {
        String::new()
    } else {
        format!(
            r#"<form method="post" action="/actions/redeliver"><input type="hidden" name="id" value="{id}"><button>Повторить уведомление</button></form>"#
        )
    };
    format!(
        r#"<li class="{class}"><p><b>{sum}</b> <span>{state}{webhook}</span></p><p class="small">{created} · {id}{description}</p><div class="buttons">{buttons}{redeliver}</div></li>"#,
        class = payment.status.as_str(),
        sum = payment.amount.human(),
        state = escape(&state),
        created = escape(&wire::moment(payment.created_at)),
        description = payment
            .description
            .as_deref()
            .map(|text| format!("<br>{}", escape(text)))
            .unwrap_or_default(),
    )
}

fn reasons() -> String {
    Reason::ALL
        .iter()
        .fold(String::new(), |mut options, reason| {
            let _ = write!(
                options,
                r#"<option value="{}">{}</option>"#,
                reason.as_str(),
                escape(reason.text())
            );
            options
        })
}

fn faults(hooks: &Hooks) -> String {
    let mut active = String::new();
    for rule in &hooks.faults {
        let text = serde_json::to_value(rule)
            .unwrap_or(Value::Null)
            .to_string();
        let _ = write!(active, "<li><code>{}</code></li>", escape(&text));
    }
    let plan = hooks.webhook;
    let checked = |on: bool| if on { " checked" } else { "" };
    let claims = [
        Status::Pending,
        Status::WaitingForCapture,
        Status::Succeeded,
        Status::Canceled,
    ]
    .iter()
    .fold(String::new(), |mut options, status| {
        let chosen = if plan.claim == Some(*status) {
            " selected"
        } else {
            ""
        };
        let _ = write!(
            options,
            r#"<option value="{0}"{chosen}>{0}</option>"#,
            status.as_str()
        );
        options
    });
    let outcome = match hooks.outcome {
        None => "решает карта".to_owned(),
        Some(rule) => rule.reason.map_or("всегда успех".to_owned(), |reason| {
            format!("отказ: {}", reason.text())
        }),
    };
    format!(
        r#"<section><h2>Сбои по заказу</h2><ul class="active">{active}</ul>
<form method="post" action="/actions/fault" class="row">
<label>Вызов <select name="endpoint"><option value="create">создание</option><option value="get">чтение</option><option value="list">список</option><option value="capture">подтверждение</option><option value="cancel">отмена</option></select></label>
<label>Сбой <select name="kind"><option value="delay">задержка</option><option value="drop">обрыв связи</option><option value="hold">нет ответа</option><option value="server_error">ошибка 500</option><option value="too_many_requests">ошибка 429</option><option value="pay_before_answer">оплата раньше ответа</option></select></label>
<label>Когда <select name="when"><option value="before_commit">до записи</option><option value="after_commit">после записи</option></select></label>
<label>Миллисекунд <input name="ms" type="number" min="0" value="3000"></label>
<label>Раз <input name="times" type="number" min="1" value="1"></label>
<button>Добавить</button></form>
<h2>Уведомления магазину</h2>
<form method="post" action="/actions/webhook" class="row">
<label><input type="checkbox" name="enabled"{enabled}> отправлять</label>
<label><input type="checkbox" name="before_answer"{before}> раньше ответа</label>
<label><input type="checkbox" name="reorder"{reorder}> в обратном порядке</label>
<label>Копий <input name="copies" type="number" min="1" max="20" value="{copies}"></label>
<label>Ложное состояние <select name="claim"><option value="">нет</option>{claims}</select></label>
<button>Сохранить</button></form>
<h2>Решение банка</h2>
<form method="post" action="/actions/outcome" class="row"><label>Сейчас {outcome} <select name="outcome"><option value="card">решает карта</option><option value="success">всегда успех</option>{reasons}</select></label><button>Сохранить</button></form>
<h2>Часы</h2>
<form method="post" action="/actions/clock" class="row"><label>Вперёд на, секунд <input name="seconds" type="number" value="3600"></label><button>Перевести</button></form>
<form method="post" action="/actions/reset" class="row"><button>Убрать все сбои</button></form></section>"#,
        enabled = checked(plan.enabled),
        before = checked(plan.before_answer),
        reorder = checked(plan.reorder),
        copies = plan.copies,
        outcome = escape(&outcome),
        reasons = reasons(),
    )
}
