//! The call centre's number, as a link and as a button.

use super::icon;
use crate::i18n::{common, lang, phone};
use leptos::prelude::*;

/// A link that calls.
pub fn call_link() -> AnyView {
    let phone = phone();
    view! { <a class="c-tel" href=phone.link()>{phone.to_string()}</a> }.into_any()
}

/// A button that calls.
pub fn call_button() -> AnyView {
    let phone = phone();
    view! { <a class="c-btn c-tel" href=phone.link()>{icon("i-phone")}{phone.to_string()}</a> }
        .into_any()
}

/// The way to help, in the corner of each page; wide screens show the number there.
pub fn help_corner() -> AnyView {
    let number = phone().to_string();
    let label = format!("{}, {number}", common::help(lang()));
    view! {
        <a class="c-iconbtn" data-label="" href="/help" rel="external" aria-label=label>
            {icon("i-help")} <span class="c-tel">{number}</span>
        </a>
    }
    .into_any()
}
