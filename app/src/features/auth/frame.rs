//! The frames of public pages: with the night sky beside a form, or plain.

use crate::features::frame::footer;
use crate::i18n::{auth as t, common, lang, office};
use crate::request::Request;
use crate::ui::{help_corner, icon, logo};
use domain::form::Problem;
use leptos::prelude::*;

/// What stands in the sky beside a door's form.
#[derive(Debug, Clone, Copy)]
pub struct Sky {
    /// Where the logo leads.
    pub home: &'static str,
    /// The big line.
    pub slogan: &'static str,
    /// The small one.
    pub promise: &'static str,
}

/// The frame of the subscribers' door.
pub fn sky(body: AnyView) -> AnyView {
    sky_of(false, body)
}

/// The same around a form of id [`TYPED`](crate::features::frame::TYPED).
pub fn sky_typed(body: AnyView) -> AnyView {
    sky_of(true, body)
}

fn sky_of(typed: bool, body: AnyView) -> AnyView {
    let lang = lang();
    let words = Sky {
        home: "/login",
        slogan: t::sign_in_slogan(lang),
        promise: t::sign_in_promise(lang),
    };
    sky_with(words, typed, body)
}

/// The frame of a door: a picture of the sky and the form beside it.
pub fn sky_with(words: Sky, typed: bool, body: AnyView) -> AnyView {
    let lang = lang();
    view! {
        <a class="c-skip" href="#main">{common::skip(lang)}</a>
        <div class="l-auth">
            <header class="l-auth__sky sky">
                <svg class="l-auth__art" viewBox="0 0 648 900" preserveAspectRatio="xMidYMax slice" aria-hidden="true" fill="currentColor">
                    <use href="#art-login"></use>
                </svg>
                {logo(words.home)}
                <div class="l-auth__say">
                    <b>{words.slogan}</b>
                    <p>{words.promise}</p>
                </div>
            </header>
            <div class="l-auth__body">
                <main class="l-auth__main l-stack" id="main">{body}</main>
                {footer(typed)}
            </div>
        </div>
    }
    .into_any()
}

/// The plain frame.
pub fn plain(body: AnyView) -> AnyView {
    plain_of(false, body)
}

/// The same around a form of id [`TYPED`](crate::features::frame::TYPED).
pub fn plain_typed(body: AnyView) -> AnyView {
    plain_of(true, body)
}

fn plain_of(typed: bool, body: AnyView) -> AnyView {
    let lang = lang();
    view! {
        <a class="c-skip" href="#main">{common::skip(lang)}</a>
        <div class="l-plain">
            <header>
                {logo("/login")}
                {help_corner()}
            </header>
            <main id="main">{body}</main>
            {footer(typed)}
        </div>
    }
    .into_any()
}

/// Where one stands in three steps: the stars of the belt.
pub fn steps(now: usize, text: &'static str) -> AnyView {
    const AT: [(i32, i32); 3] = [(8, 24), (36, 16), (64, 8)];
    let star = |index: usize| {
        let (x, y) = AT[index];
        if index == now {
            view! {
                <circle class="ring" cx=x cy=y r="7.2"></circle>
                <circle class="now" cx=x cy=y r="4"></circle>
            }
            .into_any()
        } else {
            view! { <circle class=(index < now).then_some("on") cx=x cy=y r="3.5"></circle> }
                .into_any()
        }
    };
    view! {
        <p class="c-steps">
            <svg viewBox="0 0 72 32" aria-hidden="true">
                <path class=(now > 0).then_some("on") d="M12.5 22.7 31.5 17.3"></path>
                <path class=(now > 1).then_some("on") d="m40.5 14.7 19-5.4"></path>
                {star(0)} {star(1)} {star(2)}
            </svg>
            <span>{text}</span>
        </p>
    }
    .into_any()
}

/// A dead end with a way out: a heading, a text and links.
pub fn message(title: &'static str, body: &'static str, actions: AnyView) -> AnyView {
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p class="c-lead">{body}</p>
        <div class="l-actions">{actions}</div>
    }
    .into_any()
}

/// Somebody with a partner's number stands at the wrong door: the way to the right one.
pub fn to_partners(request: &Request) -> Option<AnyView> {
    let lang = lang();
    has_partners_number(request).then(|| {
        view! {
            <section class="c-card" data-flush="">
                <ul class="c-list">
                    {door_row("/partner/login", "i-key", office::to_partners(lang), office::to_partners_hint(lang))}
                </ul>
            </section>
        }
        .into_any()
    })
}

/// Was a partner's number typed, and is there a door for it?
pub fn has_partners_number(request: &Request) -> bool {
    let errors = &request.draft.errors;
    request.services.has_office()
        && errors
            .iter()
            .any(|error| error.problem == Problem::PartnerNumber)
}

/// A row that leads to another door.
pub fn door_row(
    href: &'static str,
    name: &'static str,
    title: &'static str,
    hint: &'static str,
) -> AnyView {
    view! {
        <li>
            <a class="c-row" href=href>
                <span class="c-tile" data-tone="primary">{icon(name)}</span>
                <span class="c-row__text"><b>{title}</b><small>{hint}</small></span>
                {icon("i-chev-r")}
            </a>
        </li>
    }
    .into_any()
}

/// A link that looks like a button.
pub fn button_link(href: &'static str, text: &'static str, kind: &'static str) -> AnyView {
    view! { <a class="c-btn" data-kind=kind href=href>{text}</a> }.into_any()
}
