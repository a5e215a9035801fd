//! Public pages that inform: help, documents, dead ends, and
//! the demo's mailbox. Server only.

use super::auth::frame::{button_link, plain};
use super::auth::recovery::call;
use crate::i18n::{auth as t, common, lang};
use crate::ui::{call_link, empty, icon_small};
use domain::Lang;
use domain::consent::Document;
use domain::support::Support;
use leptos::prelude::*;

/// Frequent questions: question and answer in both languages.
const QUESTIONS: &[[(&str, &str); 2]] = &[
    [
        (
            "Оплатил, а каналов нет",
            "I paid, but there are no channels",
        ),
        (
            "Оставьте приёмник включённым на любом канале: обычно хватает 10 минут. Страница платежа показывает, зачислены ли деньги.",
            "Leave the receiver on at any channel: 10 minutes usually do. The payment’s page shows whether the money arrived.",
        ),
    ],
    [
        (
            "Где номер карты доступа",
            "Where is the number of the access card",
        ),
        (
            "На самой карте под чипом, в договоре и в меню приёмника: «Меню» → «Условный доступ» → «Карта».",
            "On the card under the chip, in the contract, and in the receiver: Menu → Conditional access → Card.",
        ),
    ],
    [
        ("Когда спишут деньги", "When am I charged"),
        (
            "В день, до которого оплачено: он написан на главной. Если денег на балансе хватает, телевидение не прерывается.",
            "On the day until which it is paid; the home page names it. With enough on the balance television does not stop.",
        ),
    ],
    [
        (
            "Что значит «Не хватает 140 ₽»",
            "What does “Short of ₽140” mean",
        ),
        (
            "Это цена тарифа минус деньги на балансе. Пополните ровно на эту сумму — каналы включатся сами.",
            "The price of the tariff less the balance. Top up exactly that and the channels come back.",
        ),
    ],
    [
        ("Безопасно ли платить картой", "Is it safe to pay by card"),
        (
            "Номер карты вы вводите на странице банка. В кабинет и к нашим сотрудникам он не попадает.",
            "You type the card number on the bank’s page. It never reaches the cabinet or our people.",
        ),
    ],
];

/// Help for everybody.
pub fn help(support: &Support) -> AnyView {
    let lang = lang();
    let pick = |pair: (&'static str, &'static str)| lang.pick(pair.0, pair.1);
    let questions: Vec<_> = QUESTIONS
        .iter()
        .map(|[question, answer]| {
            view! {
                <details class="c-fold">
                    <summary>{icon_small("i-chev-d")}{pick(*question)}</summary>
                    <p class="c-hint l-text">{pick(*answer)}</p>
                </details>
            }
        })
        .collect();
    plain(
        view! {
            <div class="l-steps">
                <div class="l-text l-stack">
                    <div class="l-stack" data-gap="s">
                        <h1 tabindex="-1">{t::help_title(lang)}</h1>
                        <p class="c-lead">{t::help_lead(lang)}</p>
                    </div>
                    <section class="c-card">{questions}</section>
                    <section class="c-card l-stack" data-gap="m">
                        {call(support)}
                    </section>
                    <div class="l-actions" data-row="">
                        {button_link("/home", common::go_home(lang), "soft")}
                        {button_link("/access-help", t::cannot_sign_in(lang), "text")}
                    </div>
                </div>
            </div>
        }
        .into_any(),
    )
}

/// The title of a document.
pub const fn document_title(lang: Lang, document: Document) -> &'static str {
    match document {
        Document::Terms => lang.pick(
            "Условия пользования кабинетом",
            "Terms of using the cabinet",
        ),
        Document::PersonalData => lang.pick(
            "Обработка персональных данных",
            "Processing of personal data",
        ),
        Document::Advertising => lang.pick("Новости и акции", "News and offers"),
    }
}

const fn document_text(document: Document) -> &'static [(&'static str, &'static str)] {
    match document {
        Document::Terms => &[
            (
                "Кабинет показывает состояние услуг по вашему договору, принимает платежи и хранит историю операций.",
                "The cabinet shows the services of your contract, takes payments and keeps the history of operations.",
            ),
            (
                "Вход — по номеру карты, телефону или почте и паролю. Не передавайте пароль никому: сотрудники его не спрашивают.",
                "You sign in with the card number, phone or e-mail and a password. Give the password to nobody: our people never ask for it.",
            ),
            (
                "Платёж считается полученным, когда банк подтвердил его; деньги зачисляются на лицевой счёт договора сразу после этого.",
                "A payment is received when the bank confirms it; the money is credited to the contract’s account at once.",
            ),
            (
                "Кабинет бесплатный. Закрыть его можно в любой день по телефону или в офисе; договор об услугах при этом продолжает действовать.",
                "The cabinet is free. You may close it any day by phone or in an office; the contract for services goes on.",
            ),
        ],
        Document::PersonalData => &[
            (
                "Мы обрабатываем имя, номер договора и карты, телефон, почту, историю платежей и входов — чтобы оказывать услуги, принимать платежи и защищать ваш вход.",
                "We process name, contract and card numbers, phone, e-mail, payments and sign-ins in order to serve you, take payments and protect your access.",
            ),
            (
                "Данные карты, которой вы платите, мы не получаем: их принимает банк.",
                "We never get the data of the bank card: the bank takes them.",
            ),
            (
                "Данные хранятся, пока действует договор, и дальше столько, сколько требует закон о бухгалтерском учёте и связи.",
                "Data are kept while the contract lasts and then as long as the laws on accounting and communications demand.",
            ),
            (
                "Согласие можно отозвать: позвоните нам или придите в офис.",
                "You may withdraw the consent: call us or come to an office.",
            ),
        ],
        Document::Advertising => &[(
            "С этим согласием мы присылаем новости о каналах и акции. Отказаться можно в любой момент, на услуги это не влияет.",
            "With this consent we send news of channels and offers. You may refuse at any time; services do not change.",
        )],
    }
}

/// A document.
pub fn legal(document: Document) -> AnyView {
    let lang = lang();
    let paragraphs: Vec<_> = document_text(document)
        .iter()
        .map(|(ru, en)| view! { <p>{lang.pick(ru, en)}</p> })
        .collect();
    plain(
        view! {
            <div class="l-steps">
                <article class="c-prose">
                    <div>
                        <h1 tabindex="-1">{document_title(lang, document)}</h1>
                        <p class="c-hint">{t::legal_version(lang)}</p>
                    </div>
                    {paragraphs}
                </article>
            </div>
        }
        .into_any(),
    )
}

/// The calm dead end for guests.
pub fn not_found() -> AnyView {
    let lang = lang();
    let title = view! { <h1 tabindex="-1">{common::not_found_title(lang)}</h1> }.into_any();
    let actions = view! {
        <div class="l-actions" data-row="">{button_link("/home", common::go_home(lang), "")}</div>
        <p class="c-hint">{common::need_help(lang)} " " {call_link()}</p>
    }
    .into_any();
    plain(view! {
        <div class="l-center">{empty("art-404", title, common::not_found_body(lang).to_owned(), actions)}</div>
    }
    .into_any())
}

/// The cabinet cannot answer: what that means for one's money, and what to do.
pub fn broken(again: String) -> AnyView {
    let lang = lang();
    let title = view! { <h1 tabindex="-1">{common::broken_title(lang)}</h1> }.into_any();
    let actions = view! {
        <p>{common::broken_payments(lang)}</p>
        <div class="l-actions" data-row="">
            <a class="c-btn" href=again>{common::retry(lang)}</a>
            {button_link("/payments", common::nav_payments(lang), "soft")}
        </div>
        <p class="c-hint">{common::need_help(lang)} " " {call_link()}</p>
    }
    .into_any();
    plain(view! {
        <div class="l-center">{empty("art-500", title, common::broken_body(lang).to_owned(), actions)}</div>
    }
    .into_any())
}

/// A text kept by the demo's mailbox.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Address or phone.
    pub to: String,
    /// Subject; empty for an SMS.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// The demo's mailbox: what would have been sent.
pub fn mailbox(texts: &[Kept], code: &str) -> AnyView {
    let lang = lang();
    let letters: Vec<_> = texts
        .iter()
        .map(|kept| {
            let paragraphs: Vec<_> = kept
                .text
                .split("\n\n")
                .map(|paragraph| {
                    if paragraph.starts_with("http") {
                        view! { <p><a href=paragraph.to_owned()>{paragraph.to_owned()}</a></p> }
                            .into_any()
                    } else {
                        view! { <p>{paragraph.to_owned()}</p> }.into_any()
                    }
                })
                .collect();
            let subject = if kept.subject.is_empty() {
                "SMS".to_owned()
            } else {
                kept.subject.clone()
            };
            view! {
                <article class="c-card l-stack" data-gap="s">
                    <h2>{subject}</h2>
                    <p class="c-hint">{kept.to.clone()}</p>
                    <div class="c-prose">{paragraphs}</div>
                </article>
            }
        })
        .collect();
    let none = letters.is_empty().then(|| {
        view! { <p class="c-lead">{lang.pick("Писем пока нет.", "No letters yet.")}</p> }
    });
    plain(view! {
        <div class="l-steps">
            <div class="l-text l-stack">
                <h1 tabindex="-1">{lang.pick("Почтовый ящик демо", "The demo’s mailbox")}</h1>
                <p class="c-hint">{lang.pick("Демо ничего не отправляет наружу: письма и SMS остаются здесь.", "The demo sends nothing: letters and SMS stay here.")}</p>
                <p>{lang.pick("Код из приложения для входа партнёров и сотрудников:", "The app’s code for partners and staff:")} " " <b id="app-code">{code.to_owned()}</b></p>
                {none}
                {letters}
            </div>
        </div>
    }
    .into_any())
}
