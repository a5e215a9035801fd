//! The subscriber's cabinet: the router, the frame around pages, and the one way a page loads.
//! Rendered by the server, hydrated in the browser.

use crate::error::AppError;
use crate::features::expenses::ExpensesPage;
use crate::features::frame::{footer, load_frame, navigation, topbar};
use crate::features::home::HomePage;
use crate::features::messages::{MessagePage, MessagesPage};
use crate::features::more::{MenuPage, TariffPage};
use crate::features::payments::list::PaymentsPage;
use crate::features::payments::payment::PaymentPage;
use crate::features::payments::top_up::TopUp;
use crate::i18n::{auth::window_title, common, lang};
use crate::ui::{empty, icon_small};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// Addresses of the cabinet, as the server mounts them.
pub const PATHS: &[&str] = &[
    "/home",
    "/payments",
    "/payments/top-up",
    "/payments/{id}",
    "/expenses",
    "/messages",
    "/messages/{id}",
    "/tariff",
    "/menu",
];

/// The application.
#[component]
pub fn Cabinet() -> impl IntoView {
    provide_meta_context();
    let around = Resource::new_blocking(|| (), |()| load_frame());
    let lang = lang();
    view! {
        <Router>
            <a class="c-skip" href="#main">{common::skip(lang)}</a>
            <div class="l-app">
                <Suspense>
                    {move || Suspend::new(async move {
                        match around.await {
                            Ok(frame) => view! { {topbar(&frame)} {navigation(frame.unread)} }.into_any(),
                            Err(_) => ().into_any(),
                        }
                    })}
                </Suspense>
                <main class="l-main" id="main">
                    <Routes fallback=not_found>
                        <Route path=path!("/home") view=HomePage/>
                        <Route path=path!("/payments") view=PaymentsPage/>
                        <Route path=path!("/payments/top-up") view=TopUp/>
                        <Route path=path!("/payments/:id") view=PaymentPage/>
                        <Route path=path!("/expenses") view=ExpensesPage/>
                        <Route path=path!("/messages") view=MessagesPage/>
                        <Route path=path!("/messages/:id") view=MessagePage/>
                        <Route path=path!("/tariff") view=TariffPage/>
                        <Route path=path!("/menu") view=MenuPage/>
                    </Routes>
                </main>
                {footer()}
            </div>
        </Router>
    }
}

/// A page's head: its title, a line under it, the way back.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    title: &'static str,
    /// The content has its own heading.
    own_heading: bool,
    hidden: bool,
    lead: &'static str,
    back: Option<(&'static str, &'static str)>,
}

impl Page {
    /// A page whose title stands on top.
    pub const fn titled(title: &'static str) -> Self {
        Self {
            title,
            own_heading: false,
            hidden: false,
            lead: "",
            back: None,
        }
    }

    /// A page whose title is only for the window and screen readers.
    pub const fn hidden_title(title: &'static str) -> Self {
        Self {
            title,
            own_heading: false,
            hidden: true,
            lead: "",
            back: None,
        }
    }

    /// With a line under the title.
    #[must_use]
    pub const fn lead(mut self, lead: &'static str) -> Self {
        self.lead = lead;
        self
    }

    /// With the way back; the content brings its own heading when the title is hidden.
    #[must_use]
    pub const fn back(mut self, href: &'static str, text: &'static str) -> Self {
        self.back = Some((href, text));
        self.own_heading = self.hidden;
        self
    }
}

fn head(about: Page) -> AnyView {
    let back = about.back.map(|(href, text)| {
        view! { <a class="c-back" href=href>{icon_small("i-chev-l")}{text}</a> }
    });
    let title = window_title(lang(), about.title, false);
    if about.own_heading {
        return view! { <Title text=title/><div class="l-head" data-back="">{back}</div> }
            .into_any();
    }
    if about.hidden {
        return view! { <Title text=title/><h1 class="u-vh" tabindex="-1">{about.title}</h1> }
            .into_any();
    }
    view! {
        <Title text=title/>
        <div class="l-head" data-back=about.back.map(|_| "")>
            {back}
            <h1 tabindex="-1">{about.title}</h1>
            {(!about.lead.is_empty()).then(|| view! { <p>{about.lead}</p> })}
        </div>
    }
    .into_any()
}

/// A page that needs nothing but its data.
pub fn page<T, F>(
    about: Page,
    load: impl Fn() -> F + Send + Sync + 'static,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    page_with(about, || (), move |()| load(), show)
}

/// A page whose data depends on its address. Every page loads this way: the data is a blocking
/// resource, so the server answers with the whole page and the right status.
pub fn page_with<S, T, F>(
    about: Page,
    source: impl Fn() -> S + Send + Sync + 'static,
    load: impl Fn(S) -> F + Send + Sync + 'static,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let data = Resource::new_blocking(source, load);
    view! {
        {head(about)}
        <Transition fallback=skeleton>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    match data.await {
                        Ok(value) => show(value),
                        Err(error) => failure(&error),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

fn skeleton() -> AnyView {
    view! { <div class="c-skel" aria-hidden="true"><i data-h=""></i><i></i><i></i><i></i></div> }
        .into_any()
}

/// What stands in place of a page whose data did not come.
fn failure(error: &AppError) -> AnyView {
    set_status(error);
    match error {
        AppError::NotFound => not_found(),
        AppError::SignedOut => {
            sign_in_again();
            ().into_any()
        }
        other => broken(other),
    }
}

fn broken(error: &AppError) -> AnyView {
    let lang = lang();
    let number = match error {
        AppError::Failed(id) if !id.is_empty() => Some(format!(
            "{} {}",
            common::request_number(lang),
            id.get(..8).unwrap_or(id)
        )),
        _ => None,
    };
    let title = view! { <h2>{common::broken_title(lang)}</h2> }.into_any();
    let actions = view! {
        <p>{common::broken_payments(lang)}</p>
        <a class="c-btn" href="" rel="external">{common::retry(lang)}</a>
        <p class="c-hint">{common::need_help(lang)} " " <a class="c-tel" href=common::PHONE_HREF>{common::PHONE}</a></p>
        {number.map(|number| view! { <p class="c-hint">{number}</p> })}
    }
    .into_any();
    view! {
        <div class="l-center">{empty("art-500", title, common::broken_body(lang).to_owned(), actions)}</div>
    }
    .into_any()
}

/// The calm dead end.
pub fn not_found() -> AnyView {
    set_status(&AppError::NotFound);
    let lang = lang();
    let title = view! { <h1 tabindex="-1">{common::not_found_title(lang)}</h1> }.into_any();
    let actions = view! {
        <div class="l-actions" data-row="">
            <a class="c-btn" href="/home">{common::go_home(lang)}</a>
            <a class="c-btn" data-kind="soft" href="/payments/top-up">{common::top_up(lang)}</a>
        </div>
        <p class="c-hint">{common::need_help(lang)} " " <a class="c-tel" href=common::PHONE_HREF>{common::PHONE}</a></p>
    }
    .into_any();
    view! {
        <Title text=window_title(lang, common::not_found_title(lang), false)/>
        <div class="l-center">{empty("art-404", title, common::not_found_body(lang).to_owned(), actions)}</div>
    }
    .into_any()
}

/// On the server the page gets the status of the error; in the browser there is none to set.
fn set_status(error: &AppError) {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
    #[cfg(not(feature = "ssr"))]
    let _ = error;
}

/// The session ended while the cabinet was open: back to the door, and then back here.
fn sign_in_again() {
    #[cfg(feature = "ssr")]
    leptos_axum::redirect("/login");
    #[cfg(not(feature = "ssr"))]
    {
        let location = window().location();
        let here = location.pathname().unwrap_or_default();
        let _ = location.set_href(&format!("/login?next={here}"));
    }
}
