//! The inbox and one message.

use crate::error::AppError;
use crate::i18n::{cabinet as t, lang};
use crate::page::{Page, page, page_with};
use crate::ui::{empty, icon};
use crate::wire::{Answer, Json, PageData};
use domain::Lang;
use domain::format::moment;
use domain::notice::{Inbox, Message, Topic};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

/// The inbox.
#[server(endpoint = "messages", input = GetUrl, output = PageData)]
pub async fn load_inbox(#[server(default)] lang: Lang) -> Result<Answer<Inbox>, AppError> {
    let request = crate::request::request()?;
    crate::wire::answer(services::messages::list(&request.services, &request.actor, lang).await)
}

/// One message with the day it is read on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The message.
    pub message: Message,
    /// Today, there.
    pub today: domain::Date,
}

/// One message.
#[server(endpoint = "messages/one", input = GetUrl, output = PageData)]
pub async fn load_message(
    id: String,
    #[server(default)] lang: Lang,
) -> Result<Answer<Opened>, AppError> {
    let request = crate::request::request()?;
    let id = id
        .parse()
        .map_err(|_| crate::error::fail(services::ServiceError::NotFound))?;
    let opened = services::messages::open(&request.services, &request.actor, id, lang).await;
    crate::wire::answer(opened.map(|(message, today)| Opened { message, today }))
}

/// Marks one message, or all, as read.
#[server(endpoint = "messages/read", output = Json)]
pub async fn mark_read(#[server(default)] id: String) -> Result<(), AppError> {
    let request = crate::request::request()?;
    services::messages::mark_read(&request.services, &request.actor, id.parse().ok())
        .await
        .map_err(crate::error::fail)?;
    leptos_axum::redirect("/messages");
    Ok(())
}

/// The icon of a topic.
pub const fn topic_icon(topic: Topic) -> &'static str {
    match topic {
        Topic::Money => "i-receipt",
        Topic::Warning => "i-clock",
        Topic::Security => "i-user",
        Topic::News => "i-tv",
    }
}

/// The inbox page.
#[component]
pub fn MessagesPage() -> impl IntoView {
    let lang = lang();
    page(
        Page::titled(t::messages_title(lang)),
        move || load_inbox(lang),
        |inbox| list(&inbox),
    )
}

fn list(inbox: &Inbox) -> AnyView {
    let lang = lang();
    if inbox.messages.is_empty() {
        let title = view! { <h2>{t::no_messages(lang)}</h2> }.into_any();
        let body = t::no_messages_body(lang).to_owned();
        return view! { <section class="c-card">{empty("art-messages", title, body, ().into_any())}</section> }
            .into_any();
    }
    let rows: Vec<_> = inbox
        .messages
        .iter()
        .map(|message| {
            let topic = message.topic;
            let tone = if topic == Topic::Warning { "warning" } else { "primary" };
            view! {
                <li>
                    <a class="c-row c-msg" data-state=if message.read { "read" } else { "unread" } href=format!("/messages/{}", message.id)>
                        <span class="c-tile" data-tone=if message.read { "" } else { tone }>{icon(topic_icon(topic))}</span>
                        <span class="c-row__text">
                            <span class="c-msg__top">
                                <b>{message.title.clone()}</b>
                                <time>{moment(lang, message.at, inbox.today)}</time>
                            </span>
                            <small>{message.body.clone()}</small>
                            {(!message.read).then(|| view! { <span class="u-vh">{t::unread(lang)}</span> })}
                        </span>
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <div class="l-stack">
            {(inbox.unread > 0).then(|| view! {
                <form method="post" action="/api/messages/read">
                    <button class="c-more">{t::mark_all(lang)}</button>
                </form>
            })}
            <section class="c-card" data-flush=""><ul class="c-list">{rows}</ul></section>
        </div>
    }
    .into_any()
}

/// The page of one message.
#[component]
pub fn MessagePage() -> impl IntoView {
    let lang = lang();
    let params = use_params_map();
    let id = move || (params.read().get("id").unwrap_or_default(), 0);
    let about =
        Page::hidden_title(t::messages_title(lang)).back("/messages", t::back_to_messages(lang));
    page_with(
        about,
        id,
        move |(id, _)| load_message(id, lang),
        |opened| read(&opened),
    )
}

fn read(opened: &Opened) -> AnyView {
    let lang = lang();
    let message = &opened.message;
    view! {
        <article class="c-card c-prose">
            <div>
                <p class="c-hint">{moment(lang, opened.message.at, opened.today)}</p>
                <h1 tabindex="-1">{message.title.clone()}</h1>
            </div>
            <p>{message.body.clone()}</p>
        </article>
    }
    .into_any()
}
