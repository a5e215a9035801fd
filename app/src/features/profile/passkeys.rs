//! Adding a passkey, naming one, removing one.

use crate::i18n::{auth, lang, profile as t};
use crate::request::Request;
use crate::shell::passkey_script;
use crate::ui::{Input, error_of, field, icon};
use domain::Date;
use domain::format::date;
use leptos::prelude::*;
use services::access::passkeys::Shown;

/// The list on the page of security.
pub fn list(passkeys: &[Shown], today: Date) -> AnyView {
    let lang = lang();
    let rows: Vec<_> = passkeys
        .iter()
        .map(|one| {
            let used = one.last_used.map_or_else(
                || t::added_on(lang, &date(lang, one.created.date, today)),
                |at| t::used_on(lang, &date(lang, at.date, today)),
            );
            view! {
                <li>
                    <a class="c-row" href=format!("/profile/security/passkey/{}", one.id)>
                        <span class="c-tile" data-tone="success">{icon("i-key")}</span>
                        <span class="c-row__text"><b>{one.name.clone()}</b><small>{used}</small></span>
                        {icon("i-chev-r")}
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <section class="c-card" data-flush="" aria-labelledby="passkeys">
            <div class="c-card__head"><h2 id="passkeys">{t::passkeys(lang)}</h2></div>
            <p class="c-pad c-hint">{t::passkeys_hint(lang)}</p>
            <ul class="c-list">
                {rows}
                <li>
                    <a class="c-row" href="/profile/security/passkey">
                        <span class="c-tile" data-tone="primary">{icon("i-plus")}</span>
                        <span class="c-row__text"><b>{t::add_passkey(lang)}</b></span>
                        {icon("i-chev-r")}
                    </a>
                </li>
            </ul>
        </section>
    }
    .into_any()
}

/// Adding one: the browser's own window does the rest. Whoever was only asked has a way on.
pub fn add(request: &Request, not_now: Option<&str>) -> AnyView {
    let lang = lang();
    view! {
        <div class="l-stack l-form">
            <form class="l-stack" method="post" action="/api/profile/passkey-add" data-passkey="add" hidden="">
                <input type="hidden" name="ceremony"/>
                <input type="hidden" name="answer"/>
                <button class="c-btn" data-wide="">{icon("i-key")}{t::add_passkey(lang)}</button>
            </form>
            <p class="c-hint" data-no-passkey="">{t::no_passkeys_here(lang)}</p>
            {not_now.map(|next| view! { <a class="c-btn" data-kind="text" data-wide="" href=next.to_owned()>{t::not_now(lang)}</a> })}
            <p class="c-hint">{t::passkey_password_stays(lang)}</p>
            {passkey_script(request)}
        </div>
    }
    .into_any()
}

/// Naming or removing one.
pub fn one(request: &Request, passkey: &Shown) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let typed = draft.fields.get("name").cloned();
    let id = passkey.id.clone();
    let input = Input {
        maxlength: 60,
        ..Input::text("name", t::passkey_name(lang))
    };
    let remove = t::remove_passkey(lang, &passkey.name);
    view! {
        <div class="l-stack l-form">
            <form class="l-stack" method="post" action="/api/profile/passkey-name" novalidate="">
                <input type="hidden" name="passkey" value=id.clone()/>
                {field(input, typed.unwrap_or_else(|| passkey.name.clone()), error_of(&draft.errors, "name"))}
                <button class="c-btn" data-wide="" data-once="">{auth::save(lang)}</button>
            </form>
            <form class="l-actions" method="post" action="/api/profile/passkey-remove">
                <input type="hidden" name="passkey" value=id/>
                <button class="c-btn" data-kind="soft" data-once="">{icon("i-trash")}{remove}</button>
                <p class="c-hint">{t::passkey_password_stays(lang)}</p>
            </form>
        </div>
    }
    .into_any()
}
