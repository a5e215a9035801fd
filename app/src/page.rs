//! The one way a page loads: its head, its data, and what stands in its place when they do not come.

use crate::error::AppError;
use crate::i18n::{auth::window_title, common, lang};
use crate::ui::{call_link, empty, icon_small};
use crate::wire::{Answer, Loaded};
use leptos::prelude::*;
use leptos::server::codee::string::FromToStringCodec;
use leptos_meta::Title;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

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

/// What a page's data depends on: a part of its address, and how often it was asked for again.
pub type Key = (String, u32);

type Loading = Pin<Box<dyn Future<Output = Loaded> + Send>>;

/// A page that needs nothing but its data.
pub fn page<T, F>(
    about: Page,
    load: impl Fn() -> F + Send + Sync + 'static,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: DeserializeOwned,
    F: Future<Output = Result<Answer<T>, AppError>> + Send + 'static,
{
    page_with(about, Key::default, move |_| load(), show)
}

/// A page whose data depends on its address. Every page loads this way: the data is a blocking
/// resource, so the server answers with the whole page and the right status.
pub fn page_with<T, F>(
    about: Page,
    source: impl Fn() -> Key + Send + Sync + 'static,
    load: impl Fn(Key) -> F + Send + Sync + 'static,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: DeserializeOwned,
    F: Future<Output = Result<Answer<T>, AppError>> + Send + 'static,
{
    let data = loaded(source, load);
    let show = move |found: &Loaded| match found.read() {
        Ok(value) => show(value),
        Err(error) => failure(&error),
    };
    whole(about, data, Arc::new(show))
}

/// Loads something once and again whenever its key changes. The types are erased here, so that the
/// browser's module holds the machinery of loading once and not for each page.
pub fn loaded<T, F>(
    source: impl Fn() -> Key + Send + Sync + 'static,
    load: impl Fn(Key) -> F + Send + Sync + 'static,
) -> Resource<Loaded, FromToStringCodec>
where
    F: Future<Output = Result<Answer<T>, AppError>> + Send + 'static,
{
    let load = move |key| -> Loading {
        let answer = load(key);
        Box::pin(async move { answer.await.into() })
    };
    resource(Box::new(source), Box::new(load))
}

fn resource(
    source: Box<dyn Fn() -> Key + Send + Sync>,
    load: Box<dyn Fn(Key) -> Loading + Send + Sync>,
) -> Resource<Loaded, FromToStringCodec> {
    Resource::new_str_blocking(source, load)
}

fn whole(
    about: Page,
    data: Resource<Loaded, FromToStringCodec>,
    show: Arc<dyn Fn(&Loaded) -> AnyView + Send + Sync>,
) -> AnyView {
    view! {
        {head(about)}
        <Transition fallback=skeleton>
            {move || {
                let show = show.clone();
                Suspend::new(async move { show(&data.await) })
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
        <p class="c-hint">{common::need_help(lang)} " " {call_link()}</p>
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
        <p class="c-hint">{common::need_help(lang)} " " {call_link()}</p>
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
        let path = location.pathname().unwrap_or_default();
        let here = format!("{path}{}", location.search().unwrap_or_default());
        // Percent-encoded already; only what would end or change the value is left.
        let next = here
            .replace('%', "%25")
            .replace('&', "%26")
            .replace('+', "%2B");
        let _ = location.set_href(&format!("/login?next={next}"));
    }
}
