//! The profile: who one is, how one signs in, what is known about one. Server only; see
//! `crate::account` for why.

pub mod api;
pub mod cards;
pub mod confirm;
pub mod contacts;
pub mod data;
pub mod home;
pub mod passkeys;
pub mod password;
pub mod security;

use crate::ui::icon;
use leptos::prelude::*;

/// A row that leads on: icon, title, what stands there now.
pub fn row(
    href: impl Into<String>,
    name: &'static str,
    title: &'static str,
    hint: String,
) -> AnyView {
    view! {
        <li>
            <a class="c-row" href=href.into()>
                <span class="c-tile">{icon(name)}</span>
                <span class="c-row__text">
                    <b>{title}</b>
                    <small>{hint}</small>
                </span>
                {icon("i-chev-r")}
            </a>
        </li>
    }
    .into_any()
}

/// Something was just done.
pub fn done(text: &'static str) -> AnyView {
    view! {
        <p class="c-notice" data-tone="success" role="status">{icon("i-check")}<span>{text}</span></p>
    }
    .into_any()
}
