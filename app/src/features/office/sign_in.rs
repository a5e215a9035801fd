//! The doors of partners and staff.

use super::code_field;
use crate::features::auth::frame::{button_link, door_row, message};
use crate::i18n::{auth, common, lang, office as t};
use crate::request::Request;
use crate::ui::{Input, call_link, error_of, field, icon, summary};
use domain::Lang;
use domain::office::Door;
use leptos::prelude::*;

/// A session ended while somebody was at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// What was typed is shown again.
    Kept,
    /// It was of that session alone.
    Lost,
}

impl Ended {
    /// As it stands in the address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Lost => "lost",
        }
    }

    /// From the address.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Kept, Self::Lost]
            .into_iter()
            .find(|how| how.code() == code)
    }

    const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Kept => t::ended_kept(lang),
            Self::Lost => t::ended(lang),
        }
    }
}

/// The page.
pub fn page(request: &Request, door: Door, next: &str, ended: Option<Ended>) -> AnyView {
    let lang = lang();
    let draft = &request.draft;
    let login = match door {
        Door::Partner => Input {
            hint: t::partner_login_hint(lang),
            autocomplete: "username",
            ..Input::text("login", t::partner_login(lang))
        },
        Door::Staff => Input {
            autocomplete: "username",
            ..Input::text("login", t::staff_login(lang))
        },
    };
    let password = Input {
        kind: "password",
        autocomplete: "current-password",
        ..Input::text("password", auth::password(lang))
    };
    let typed = draft.fields.get("login").cloned().unwrap_or_default();
    let error = |name: &str| error_of(&draft.errors, name);
    let next = next.to_owned();
    view! {
        {ended.map(|how| view! {
            <p class="c-notice" data-tone="info" role="status">{icon("i-clock")}<span>{how.words(lang)}</span></p>
        })}
        {summary(&draft.errors)}
        <h1 tabindex="-1">{t::sign_in(lang, door)}</h1>
        <form class="l-stack" method="post" action=format!("/{}/login", door.code()) novalidate="">
            {(!next.is_empty()).then(|| view! { <input type="hidden" name="next" value=next/> })}
            {field(login, typed, error("login"))}
            {field(password, String::new(), error("password"))}
            {field(code_field(t::code(lang), t::code_hint(lang)), String::new(), error("code"))}
            <button class="c-btn" data-wide="" data-once="">{auth::sign_in(lang)}</button>
        </form>
        {match door {
            Door::Partner => view! {
                <p class="c-hint">{t::lost_partner(lang)} {call_link()}</p>
            }.into_any(),
            Door::Staff => view! { <p class="c-hint">{t::lost_staff(lang)}</p> }.into_any(),
        }}
        <section class="c-card" data-flush="" aria-label=t::other_doors(lang)>
            <ul class="c-list">
                {door_row("/login", "i-user", t::to_subscribers(lang), t::to_subscribers_hint(lang))}
                {(door == Door::Staff).then(|| door_row("/partner/login", "i-key", t::to_partners(lang), t::to_partners_hint(lang)))}
            </ul>
        </section>
    }
    .into_any()
}

/// Staff outside the company's network.
pub fn closed() -> AnyView {
    let lang = lang();
    message(
        t::closed_network(lang),
        t::closed_network_body(lang),
        ().into_any(),
    )
}

/// No such page, for whoever has not come in.
pub fn not_found(door: Door) -> AnyView {
    let lang = lang();
    let to = match door {
        Door::Partner => "/partner/login",
        Door::Staff => "/staff/login",
    };
    message(
        t::not_found(lang),
        t::not_found_body(lang),
        button_link(to, auth::sign_in(lang), ""),
    )
}

/// There is no answer now, for whoever has not come in or cannot be told apart.
pub fn broken(again: &str) -> AnyView {
    let lang = lang();
    message(t::broken(lang), t::broken_body(lang), try_again(again))
}

/// The same page once more, or the one whose form was sent.
pub fn try_again(again: &str) -> AnyView {
    view! { <a class="c-btn" href=again.to_owned()>{common::retry(lang())}</a> }.into_any()
}

/// The way back to where a console begins.
pub fn way_home(home: &'static str) -> AnyView {
    button_link(home, common::go_home(lang()), "")
}
