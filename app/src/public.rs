//! Pages before signing in: which there are, what each shows, its title and the drawings it needs.
//! The server loads what a page needs and asks here for the document.

use crate::features::auth::registration::SecondStep;
use crate::features::auth::{code, password, recovery, registration, sign_in};
use crate::features::payments::{autopay as pages, guest};
use crate::features::{info, profile};
use crate::i18n::{
    auth as t, auth::window_title, common, guest as guest_texts, profile as profile_texts,
};
use crate::request::Request;
use crate::shell;
use domain::consent::Document;
use domain::top_up::GuestForm;
use domain::{Date, Lang};
use http::StatusCode;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use services::access::activation::{Link, Purpose};
use services::access::codes::Waiting;
use services::access::contacts;
use services::access::registration::Progress;
use services::autopay;
use services::payments::PublicView;

/// A page with its data.
#[derive(Debug, Clone)]
pub enum PublicPage {
    /// The door.
    SignIn {
        /// Where to go after it.
        next: String,
        /// Did a session end while somebody was at work?
        ended: bool,
    },
    /// Registration, step 1.
    Register {
        /// The number that was typed before, when somebody comes back.
        typed: String,
    },
    /// Registration, step 2.
    RegisterDetails {
        /// The registration.
        id: String,
        /// Where it stands.
        progress: Progress,
    },
    /// Registration, step 3.
    RegisterCheck {
        /// The second step.
        second: SecondStep,
        /// Where it stands.
        progress: Progress,
        /// Was the link just sent again?
        sent: bool,
    },
    /// Behind a one-time link.
    Password {
        /// What it is for.
        purpose: Purpose,
        /// The secret of the link.
        token: String,
        /// What it is worth.
        link: Link,
        /// Was another one just sent?
        sent: bool,
    },
    /// A registration or a code that another browser has begun, or that is over.
    Elsewhere(Begun),
    /// A forgotten password.
    Forgot,
    /// A code is waited for.
    Code {
        /// The challenge.
        id: String,
        /// What is shown.
        waiting: Waiting,
        /// Was another one just sent?
        sent: bool,
        /// Where a registration goes to name another contact.
        second: Option<SecondStep>,
    },
    /// Behind the link in the letter to a new e-mail.
    EmailLink {
        /// The secret of the link.
        token: String,
        /// What it is worth.
        link: contacts::Link,
    },
    /// Behind the link of a notice of autopay.
    AutopayLink {
        /// The secret of the link.
        token: String,
        /// What it is worth.
        link: autopay::Link,
    },
    /// The way to people.
    AccessHelp,
    /// Frequent questions.
    Help,
    /// A cabinet that is being deleted: it can come back.
    Closing {
        /// The last day.
        until: Date,
        /// Today, there.
        today: Date,
    },
    /// The deletion was just asked for.
    DeletionAsked,
    /// A document.
    Legal(Document),
    /// Paying without signing in: which card.
    Pay,
    /// Paying without signing in: how much.
    PayDetails {
        /// The card's number as it was typed.
        number: String,
        /// What is shown of it.
        form: GuestForm,
    },
    /// A payment's result without signing in.
    PayResult(PublicView),
    /// The demo's mailbox, and the code that everybody's authenticator app shows.
    Mailbox(Vec<info::Kept>, String),
    /// Every component in every state.
    Gallery,
    /// No such page.
    NotFound,
    /// The cabinet cannot answer.
    Broken {
        /// Where to try again; empty for the same address.
        again: String,
    },
}

/// What was begun in a browser and goes on only there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// A registration.
    Registration,
    /// A code.
    Code,
}

impl PublicPage {
    fn title(&self, lang: Lang) -> &'static str {
        match self {
            Self::SignIn { .. } => t::sign_in_title(lang),
            Self::Register { .. } => t::register_title(lang),
            Self::RegisterDetails { .. } => t::details_title(lang),
            Self::RegisterCheck { .. } => t::check_title(lang),
            Self::Password { purpose, link, .. } => password::title(lang, *purpose, link),
            Self::Elsewhere(_) => t::elsewhere_title(lang),
            Self::Forgot => t::forgot_title(lang),
            Self::Code { waiting, .. } => code::title(lang, waiting),
            Self::EmailLink { link, .. } => profile::contacts::link_title(lang, link),
            Self::AutopayLink { link, .. } => pages::link_title(lang, *link),
            Self::AccessHelp => t::access_title(lang),
            Self::Closing { .. } => profile_texts::closing(lang),
            Self::DeletionAsked => profile_texts::deletion_asked(lang),
            Self::Help => t::help_title(lang),
            Self::Legal(document) => info::document_title(lang, *document),
            Self::Pay | Self::PayDetails { .. } => guest_texts::title(lang),
            Self::PayResult(_) => t::pay_result_title(lang),
            Self::Mailbox(..) => "Mailbox",
            Self::Gallery => "Gallery",
            Self::NotFound => common::not_found_title(lang),
            Self::Broken { .. } => common::broken_title(lang),
        }
    }

    /// The HTTP status of the page.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound
            | Self::Elsewhere(_)
            | Self::AutopayLink {
                link: autopay::Link::Unknown,
                ..
            } => StatusCode::NOT_FOUND,
            Self::Broken { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Password {
                link: Link::Unknown,
                ..
            } => StatusCode::NOT_FOUND,
            Self::Password {
                link: Link::Used | Link::Expired { .. },
                ..
            }
            | Self::EmailLink {
                link: contacts::Link::Expired,
                ..
            } => StatusCode::GONE,
            _ => StatusCode::OK,
        }
    }

    /// One-time links and offered passwords must not stay in any cache.
    pub const fn is_secret(&self) -> bool {
        matches!(
            self,
            Self::Password { .. }
                | Self::Mailbox(..)
                | Self::Code { .. }
                | Self::EmailLink { .. }
                | Self::AutopayLink { .. }
                | Self::PayDetails { .. }
        )
    }

    const fn art(&self) -> &'static [&'static str] {
        match self {
            Self::SignIn { .. }
            | Self::Password { .. }
            | Self::Forgot
            | Self::Elsewhere(_)
            | Self::Code { .. }
            | Self::Closing { .. }
            | Self::DeletionAsked
            | Self::EmailLink { .. } => &["art-login"],
            Self::Register { .. } => &["art-card"],
            Self::NotFound => &["art-404"],
            Self::Broken { .. } => &["art-500"],
            _ => &[],
        }
    }

    fn body(&self, request: &Request) -> AnyView {
        match self {
            Self::SignIn { next, ended } => sign_in::page(request, next.clone(), *ended),
            Self::Register { typed } => registration::card(request, typed),
            Self::RegisterDetails { id, progress } => registration::details(request, id, progress),
            Self::RegisterCheck {
                second,
                progress,
                sent,
            } => registration::check(request, second, progress, *sent),
            Self::Password {
                purpose,
                token,
                link,
                sent,
            } => password::page(request, *purpose, token, link.clone(), *sent),
            Self::Elsewhere(begun) => code::elsewhere(*begun),
            Self::Forgot => recovery::forgot(request),
            Self::Code {
                id,
                waiting,
                sent,
                second,
            } => code::page(request, id, waiting, *sent, second.as_ref()),
            Self::EmailLink { token, link } => profile::contacts::link(request, token, link),
            Self::AutopayLink { token, link } => pages::link(token, *link),
            Self::AccessHelp => recovery::access_help(&request.services.settings.support),
            Self::Closing { until, today } => profile::data::closing(*until, *today),
            Self::DeletionAsked => profile::data::asked(),
            Self::Help => info::help(&request.services.settings.support),
            Self::Legal(document) => info::legal(*document),
            Self::Pay => guest::card(request),
            Self::PayDetails { number, form } => guest::details(request, number, form),
            Self::PayResult(found) => guest::result(found),
            Self::Mailbox(texts, code) => info::mailbox(texts, code),
            Self::Gallery => crate::gallery::page(),
            Self::NotFound => info::not_found(),
            Self::Broken { again } => info::broken(again.clone()),
        }
    }

    /// The whole document.
    pub fn document(&self, request: &Request) -> AnyView {
        provide_meta_context();
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(self.status());
        }
        let wrong = !request.draft.errors.is_empty();
        let title = window_title(request.lang, self.title(request.lang), wrong);
        let body = || view! { <Title text=title/> {self.body(request)} }.into_any();
        match self {
            Self::Gallery => shell::whole(request, body),
            Self::PayDetails { .. } => shell::public_styled(request, body),
            _ => shell::public(request, self.art(), body),
        }
    }
}
