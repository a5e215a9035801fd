//! Rows of operations and payments.

use super::icon::icon;
use crate::i18n::{cabinet as t, lang};
use domain::format::{clock, moment, money, money_signed};
use domain::operation::{Operation, OperationKind};
use domain::payment::{PaymentState, PaymentView};
use domain::{Date, Lang};
use leptos::prelude::*;

/// One change of the wallet.
pub fn operation_row(row: &Operation, today: Date, with_balance: bool) -> AnyView {
    let lang = lang();
    let income = row.amount.kopecks() > 0;
    let (tone, name) = match row.kind {
        OperationKind::TopUp | OperationKind::Voucher => ("success", "i-in"),
        OperationKind::PromiseGrant => ("success", "i-clock"),
        OperationKind::Charge => ("", "i-tv"),
        OperationKind::DaysReturned => ("success", "i-loop"),
        OperationKind::PromiseFee => ("", "i-clock"),
        OperationKind::PromiseRepaid | OperationKind::DebtRepaid => ("", "i-loop"),
        OperationKind::RefundRequest => ("", "i-card"),
        OperationKind::RefundCancel => ("success", "i-loop"),
        OperationKind::Other => ("", "i-receipt"),
    };
    let mut when = if with_balance {
        clock(row.at)
    } else {
        moment(lang, row.at, today)
    };
    if let Some(detail) = &row.detail {
        when.push_str(" · ");
        when.push_str(&quoted(lang, row.kind, detail));
    }
    let body = view! {
        <span class="c-tile" data-tone=tone>
            {icon(name)}
        </span>
        <span class="c-row__text">
            <b>{t::operation(lang, row.kind)}</b>
            <small>{when}</small>
        </span>
        <span class="c-sumv">
            <data value=row.amount.to_gateway()>{money_signed(lang, row.amount)}</data>
            {with_balance
                .then(|| view! { <small>{t::after(lang)} " " {money(lang, row.balance)}</small> })}
        </span>
    };
    let kind = if income { "in" } else { "out" };
    match row.payment {
        Some(payment) if row.kind == OperationKind::TopUp => view! {
            <li class="c-op" data-kind=kind>
                <a class="c-row" href=format!("/payments/{payment}")>
                    {body}
                </a>
            </li>
        }
        .into_any(),
        _ => view! {
            <li class="c-op" data-kind=kind>
                <a class="c-row" href=format!("/expenses/{}", row.op) rel="external">
                    {body}
                </a>
            </li>
        }
        .into_any(),
    }
}

fn quoted(lang: Lang, kind: OperationKind, detail: &str) -> String {
    match (kind, lang) {
        (OperationKind::Charge, Lang::Ru) => format!("«{detail}»"),
        (OperationKind::Charge, Lang::En) => format!("“{detail}”"),
        _ => detail.to_owned(),
    }
}

/// One payment.
pub fn payment_row(payment: &PaymentView) -> AnyView {
    let lang = lang();
    let (tone, name, kind) = match payment.state {
        PaymentState::Succeeded => ("success", "i-check", "in"),
        PaymentState::Canceled => ("danger", "i-cross", "reversed"),
        _ => ("warning", "i-clock", "pending"),
    };
    let mut when = moment(lang, payment.created_at, payment.today);
    if let Some(last4) = &payment.card_last4 {
        when.push_str(" · •• ");
        when.push_str(last4);
    }
    view! {
        <li class="c-op" data-kind=kind>
            <a class="c-row" href=format!("/payments/{}", payment.id)>
                <span class="c-tile" data-tone=tone>
                    {icon(name)}
                </span>
                <span class="c-row__text">
                    <b>{t::op_top_up(lang)}</b>
                    <small>{when}</small>
                </span>
                <span class="c-sumv">
                    <data value=payment.amount.to_gateway()>{money(lang, payment.amount)}</data>
                    <small>{t::payment_state(lang, payment.state)}</small>
                </span>
            </a>
        </li>
    }
    .into_any()
}
