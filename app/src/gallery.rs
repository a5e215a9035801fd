//! Every component in every state on one page, for the eye. Served by the demo only.

use crate::features::home::balance_card;
use crate::ui::{Input, Tone, checkbox, empty, field, icon, notice, operation_row, summary};
use domain::billing::{Hold, PeriodUnit, Price};
use domain::form::{FieldError, Problem};
use domain::ids::{OpId, PaymentId};
use domain::operation::{Operation, OperationKind};
use domain::overview::HomeState;
use domain::{Date, LocalTime, Money, Timestamp};
use leptos::prelude::*;
use uuid::Uuid;

fn today() -> Date {
    Date::from_days_since_epoch(20_779)
}

fn moment() -> LocalTime {
    LocalTime {
        at: Timestamp::from_micros(0),
        date: today(),
        hour: 12,
        minute: 5,
        hours_from_moscow: 0,
    }
}

fn section(title: &'static str, body: AnyView) -> AnyView {
    view! { <section class="l-stack"><h2>{title}</h2>{body}</section> }.into_any()
}

/// The page.
pub fn page() -> AnyView {
    view! {
        <main class="l-main l-stack" data-gap="l" id="main">
            <h1>"Gallery"</h1>
            {section("Balance card", balances())}
            {section("Balance card without a connection", offline())}
            {section("Buttons", buttons())}
            {section("Fields", fields())}
            {section("Notices", notices())}
            {section("Operations", operations())}
            {section("Empty places", places())}
            {section("Skeleton", view! { <div class="c-skel"><i data-h=""></i><i></i><i></i><i></i></div> }.into_any())}
            {section("Icons", icons())}
        </main>
    }
    .into_any()
}

fn balances() -> AnyView {
    let rub = Money::from_roubles;
    let price = Price {
        amount: rub(399),
        unit: PeriodUnit::Month,
        count: 1,
    };
    let paid_through = today().plus_days(23);
    let states = [
        HomeState::Active {
            paid_through,
            days_left: 23,
            left_percent: 77,
        },
        HomeState::Soon {
            paid_through: today().plus_days(2),
            days_left: 2,
            left_percent: 6,
            pay: rub(390),
        },
        HomeState::Promise {
            owed: rub(140),
            due: moment(),
            seconds_left: 255_600,
            left_percent: 97,
        },
        HomeState::Promise {
            owed: rub(140),
            due: moment(),
            seconds_left: -60,
            left_percent: 0,
        },
        HomeState::Pending {
            amount: rub(500),
            payment: PaymentId(Uuid::nil()),
        },
        HomeState::Suspended {
            missing: rub(140),
            price,
            held_percent: 65,
        },
        HomeState::Stopped {
            hold: Hold::UserPause,
        },
        HomeState::NoTariff,
    ];
    states
        .iter()
        .map(|state| view! { <div>{balance_card(state, rub(1_250), today())}</div> })
        .collect::<Vec<_>>()
        .into_any()
}

/// As the small script leaves the page when the connection is lost.
fn offline() -> AnyView {
    let state = HomeState::Active {
        paid_through: today().plus_days(23),
        days_left: 23,
        left_percent: 77,
    };
    view! {
        <div class="l-stack" data-offline="">
            <div class="c-offline">
                <span>"Нет связи. Данные на 22 ноября, 12:05"</span>
                <span>
                    <a href="">"Повторить"</a>
                    <a href=crate::i18n::phone().link()>"Позвонить"</a>
                </span>
            </div>
            {balance_card(&state, Money::from_roubles(1_250), today())}
        </div>
    }
    .into_any()
}

fn buttons() -> AnyView {
    let button = |kind: &'static str, text: &'static str| {
        view! { <button class="c-btn" data-kind=kind>{text}</button> }
    };
    view! {
        <div class="l-cluster">
            {button("", "Оплатить 399 ₽")} {button("soft", "На главную")} {button("text", "Забыли пароль?")}
            {button("danger", "Отвязать карту •• 4821")}
            <button class="c-btn" aria-busy="true">
                <span class="c-spin" aria-hidden="true"><i></i><i></i><i></i></span>
                "Оплатить 399 ₽"
            </button>
            <button class="c-btn" data-state="done">{icon("i-check")}"Готово"</button>
        </div>
        <div class="c-balance sky l-cluster">
            {button("money", "Пополнить на 140 ₽")} {button("text", "Обещанный платёж")}
        </div>
    }
    .into_any()
}

fn fields() -> AnyView {
    let card = Input {
        hint: "11 или 12 цифр, пробелы не важны",
        numeric: true,
        ..Input::text("g-card", "Номер карты")
    };
    let password = Input {
        kind: "password",
        ..Input::text("g-password", "Пароль")
    };
    let amount = Input {
        numeric: true,
        unit: "₽",
        ..Input::text("g-amount", "Сумма")
    };
    let errors = [
        FieldError::new("g-card2", Problem::CardLength { got: 10 }),
        FieldError::new("", Problem::SignInMismatch { left: 3 }),
    ];
    view! {
        <div class="l-cols">
            <div class="l-stack">
                {field(card, "0207 2340 6967".into(), None)}
                {field(password, String::new(), None)}
                {field(amount, "390,50".into(), None)}
                {checkbox("g-check", "Оставаться в кабинете на этом устройстве", true, false)}
                {checkbox("g-check2", "Принимаю условия", false, true)}
            </div>
            <div class="l-stack">
                {summary(&errors)}
                {field(Input { name: "g-card2", ..card }, "0207 2340 69".into(), Some("В номере карты 11 или 12 цифр — сейчас 10".into()))}
            </div>
        </div>
    }
    .into_any()
}

fn notices() -> AnyView {
    [Tone::Info, Tone::Success, Tone::Warning, Tone::Danger]
        .into_iter()
        .map(|tone| {
            notice(
                tone,
                "Телевидение приостановлено".into(),
                "Пополните на 140 ₽ — каналы включатся сами.",
            )
        })
        .collect::<Vec<_>>()
        .into_any()
}

fn operations() -> AnyView {
    let row = |kind, roubles: i32, detail: &str| Operation {
        version: 1,
        op: OpId(Uuid::nil()),
        kind,
        amount: Money::from_roubles(roubles),
        balance: Money::from_roubles(1_250),
        at: moment(),
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
        payment: Some(PaymentId(Uuid::nil())),
    };
    let rows = [
        row(OperationKind::TopUp, 399, "•• 4821"),
        row(OperationKind::Charge, -399, "Безлимитный"),
        row(OperationKind::PromiseGrant, 140, ""),
        row(OperationKind::PromiseRepaid, -140, ""),
        row(OperationKind::DebtRepaid, -20, ""),
    ];
    view! {
        <div class="c-card" data-flush="">
            <ul class="c-list">
                {rows.iter().map(|r| operation_row(r, today(), true)).collect::<Vec<_>>()}
            </ul>
        </div>
    }
    .into_any()
}

fn places() -> AnyView {
    let arts = [
        "art-receipts",
        "art-messages",
        "art-cards",
        "art-tickets",
        "art-offline",
        "art-404",
        "art-500",
        "art-suspended",
        "art-success",
        "art-voucher",
    ];
    let one = |art: &'static str| {
        let title = view! { <h3>{art}</h3> }.into_any();
        view! { <div class="c-card">{empty(art, title, "Здесь появятся чеки. Первый придёт после оплаты".into(), ().into_any())}</div> }
    };
    view! { <div class="l-cols">{arts.into_iter().map(one).collect::<Vec<_>>()}</div> }.into_any()
}

fn icons() -> AnyView {
    let all: Vec<_> = crate::shell::sprite::SYMBOLS
        .iter()
        .filter(|symbol| symbol.id.starts_with("i-"))
        .map(|symbol| icon(symbol.id))
        .collect();
    view! { <div class="l-cluster">{all}</div> }.into_any()
}
