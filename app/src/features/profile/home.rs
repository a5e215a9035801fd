//! The profile's first page.

use super::row;
use crate::i18n::{common, lang, profile as t};
use crate::ui::{call_link, icon};
use leptos::prelude::*;
use services::profile::Profile;

/// The page.
pub fn page(profile: &Profile) -> AnyView {
    let lang = lang();
    let contact = profile
        .email
        .as_ref()
        .or(profile.phone.as_ref())
        .cloned()
        .unwrap_or_default();
    let cards: Vec<_> = profile
        .cards
        .iter()
        .map(|(name, number)| {
            let name = name.clone().unwrap_or_else(|| t::card(lang).to_owned());
            view! { <div><dt>{name}</dt><dd class="c-nowrap">{number.clone()}</dd></div> }
        })
        .collect();
    view! {
        <div class="l-stack">
            <section class="c-card l-stack" data-gap="m">
                <p class="c-name">{profile.name.clone()}</p>
                <dl class="c-dl">
                    <div><dt>{t::contract(lang)}</dt><dd class="c-nowrap">{profile.contract.grouped()}</dd></div>
                    {cards}
                </dl>
                <p class="c-hint">
                    {t::office_only(lang)} " "
                    {call_link()}
                </p>
            </section>
            <section class="c-card" data-flush="">
                <ul class="c-list">
                    {row("/profile/access-cards", "i-tv", t::cards(lang), t::cards_hint(lang).to_owned())}
                    {row("/profile/contacts", "i-mail", t::contacts(lang), contact)}
                    {row("/profile/security", "i-key", t::security(lang), t::security_hint(lang).to_owned())}
                    {row("/profile/data", "i-user", t::data(lang), t::data_hint(lang).to_owned())}
                </ul>
            </section>
            <form method="post" action="/api/sign-out">
                <button class="c-btn" data-kind="soft">{icon("i-out")}{common::sign_out(lang)}</button>
            </form>
        </div>
    }
    .into_any()
}
