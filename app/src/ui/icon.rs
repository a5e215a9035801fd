//! Icons and the logo, drawn from the sprite that the server puts into each page.

use crate::i18n::{common, lang};
use leptos::prelude::*;

fn reference(name: &str) -> String {
    format!("#{name}")
}

/// An icon of 24 px; decoration only, so screen readers skip it.
pub fn icon(name: &str) -> AnyView {
    view! {
        <svg class="c-icon" viewBox="0 0 24 24" aria-hidden="true">
            <use href=reference(name)></use>
        </svg>
    }
    .into_any()
}

/// An icon of 20 px, beside text.
pub fn icon_small(name: &str) -> AnyView {
    view! {
        <svg class="c-icon" viewBox="0 0 24 24" aria-hidden="true" data-s="">
            <use href=reference(name)></use>
        </svg>
    }
    .into_any()
}

/// The logo with its words, as a link.
pub fn logo(href: &'static str) -> AnyView {
    let lang = lang();
    view! {
        <a class="c-logo" href=href aria-label=common::to_home(lang)>
            <svg viewBox="0 0 32 32" aria-hidden="true">
                <use href="#logo"></use>
            </svg>
            <span>
                <b>{common::brand_first(lang)}</b>
                " "
                <i>{common::brand_second(lang)}</i>
            </span>
        </a>
    }
    .into_any()
}
