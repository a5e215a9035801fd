//! The yes to a payment by a saved card: there is no page of the bank on which it could be given.

use crate::i18n::{autopay as m, cabinet as t, common, lang};
use crate::request::Request;
use domain::format::money;
use leptos::prelude::*;
use services::payments::Confirming;

/// The page; nothing to confirm when what was typed is gone or does not fit any more.
pub fn page(request: &Request, asked: Option<&Confirming>) -> AnyView {
    let lang = lang();
    let Some(asked) = asked else {
        return view! {
            <div class="l-actions" data-row="">
                <a class="c-btn" href="/payments/top-up">{t::top_up_title(lang)}</a>
            </div>
        }
        .into_any();
    };
    let hidden = ["sum", "amount", "receipt_email", "means"].map(|name| {
        let value = request.draft.fields.get(name).cloned().unwrap_or_default();
        view! { <input type="hidden" name=name value=value/> }
    });
    view! {
        <section class="c-card l-stack" data-gap="m">
            <p class="c-big">{money(lang, asked.amount)}</p>
            <dl class="c-dl">
                <div><dt>{m::card(lang)}</dt><dd>{asked.card.clone()}</dd></div>
                <div><dt>{t::account_number(lang)}</dt><dd>{asked.contract.grouped()}</dd></div>
            </dl>
            <p class="c-hint">{m::at_once(lang)}</p>
            <form class="l-actions" data-row="" method="post" action="/api/payments/start">
                {hidden}
                <input type="hidden" name="key" value=asked.key.clone()/>
                <input type="hidden" name="contract" value=asked.contract.as_str().to_owned()/>
                <input type="hidden" name="confirmed" value="true"/>
                <button class="c-btn" data-once="">{m::charge(lang, asked.amount)}</button>
                <a class="c-btn" data-kind="text" href="/payments/top-up">{common::back(lang)}</a>
            </form>
        </section>
    }
    .into_any()
}
