//! Pages: what each needs is loaded here, then `app` renders the document.

use super::State;
use super::api::retry_at;
use super::request::{Incoming, is_prefetch, query};
use app::features::auth::registration::SecondStep;
use app::features::info::Kept;
use app::public::{Begun, PublicPage};
use axum::body::Body;
use axum::extract::{Path, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::consent::Document;
use leptos::prelude::provide_context;
use services::access::activation::{self, Purpose};
use services::access::{codes, registration};
use services::{Actor, ServiceError, Services};
use std::future::Future;

/// There is no answer now.
pub fn unanswered(parts: &Parts) -> PublicPage {
    PublicPage::Broken {
        again: retry_at(parts),
    }
}

/// Renders a public page.
pub async fn render(incoming: &Incoming, parts: &Parts, page: PublicPage) -> Response {
    let (request, secret) = (incoming.request.clone(), page.is_secret());
    let context = request.clone();
    let handler = leptos_axum::render_app_async_with_context(
        move || provide_context(context.clone()),
        move || page.document(&request),
    );
    let mut response = handler(plain(parts)).await.into_response();
    if secret {
        response.headers_mut().insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
    response
}

/// Somebody else's and missing look alike to whoever asks. A series of them in the log is somebody who
/// looks around.
pub fn not_found_by(incoming: &Incoming, whom: Option<&str>) {
    // Not the whole address: there are secrets in some.
    let section = incoming.request.path.split(['/', '?']).nth(1);
    let from = incoming.request.actor.origin.address;
    tracing::info!(whom, section, ?from, "page.not_found");
}

/// Who is signed in, for the log.
pub fn whom(incoming: &Incoming) -> Option<String> {
    let viewer = incoming.request.actor.viewer.as_ref();
    viewer.map(|viewer| viewer.account.to_string())
}

/// The same request without its body, as the renderer wants it.
pub fn plain(parts: &Parts) -> Request {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    request
}

/// Reads the request, lets `load` find the page, renders it; trouble becomes its own page.
pub async fn public<F>(state: &State, request: Request, load: impl FnOnce(Loading) -> F) -> Response
where
    F: Future<Output = Result<PublicPage, ServiceError>>,
{
    let (parts, _) = request.into_parts();
    let incoming = match Incoming::read(state, &parts).await {
        Ok(incoming) => incoming,
        Err((incoming, error)) => {
            tracing::warn!(%error, "page.unavailable");
            return render(&incoming, &parts, unanswered(&parts)).await;
        }
    };
    let loading = Loading::new(&incoming, &parts);
    let page = match load(loading).await {
        Ok(page) => page,
        Err(ServiceError::NotFound) => {
            not_found_by(&incoming, whom(&incoming).as_deref());
            PublicPage::NotFound
        }
        Err(error) => {
            tracing::error!(%error, request_id = %incoming.request.id, "page.failed");
            unanswered(&parts)
        }
    };
    let response = render(&incoming, &parts, page).await;
    incoming.finish(response)
}

/// What a page may look at while it is loaded.
pub struct Loading {
    request: app::request::Request,
    parts: Parts,
}

impl Loading {
    /// Of a request.
    pub fn new(incoming: &Incoming, parts: &Parts) -> Self {
        Self {
            request: incoming.request.clone(),
            parts: parts.clone(),
        }
    }

    /// The use cases and who asks.
    pub fn who(&self) -> (&Services, &Actor) {
        (&self.request.services, &self.request.actor)
    }

    /// In which language.
    pub fn lang(&self) -> domain::Lang {
        self.request.lang
    }

    /// What was typed into a field of the kept form.
    pub fn typed(&self, name: &str) -> String {
        let fields = &self.request.draft.fields;
        fields.get(name).cloned().unwrap_or_default()
    }

    /// One value of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        query(&self.parts, name)
    }
}

/// The address without a page: the cabinet for those who are in, the door for others.
pub async fn root(Extract(state): Extract<State>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let signed_in = Incoming::read(&state, &parts)
        .await
        .is_ok_and(|incoming| incoming.request.actor.viewer.is_some());
    Redirect::to(if signed_in { "/home" } else { "/login" }).into_response()
}

/// Where somebody signs in who then goes on to `path`. `ended`: while they were at work.
pub fn door(path: &str, ended: bool) -> String {
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let ended = if ended { "&ended=1" } else { "" };
    format!("/login?next={next}{ended}")
}

/// The request of somebody who is signed in; for all others the answer that sends them on. A cabinet
/// that is being deleted has one page.
pub async fn signed_in(state: &State, request: Request) -> Result<(Incoming, Parts), Response> {
    let (parts, _) = request.into_parts();
    let incoming = match Incoming::read(state, &parts).await {
        Ok(incoming) => incoming,
        Err((incoming, error)) => {
            tracing::warn!(%error, "page.unavailable");
            return Err(render(&incoming, &parts, unanswered(&parts)).await);
        }
    };
    match &incoming.request.actor.viewer {
        Some(viewer) if viewer.closes_at.is_none() => Ok((incoming, parts)),
        Some(_) => Err(Redirect::to("/profile/restore").into_response()),
        None => Err(Redirect::to(&door(&incoming.request.path, false)).into_response()),
    }
}

/// A page of the cabinet: only for those who are signed in.
pub async fn cabinet(Extract(state): Extract<State>, request: Request) -> Response {
    let (incoming, parts) = match signed_in(&state, request).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    if is_prefetch(&parts) {
        // Opening a message marks it as read: a browser that only looks ahead gets nothing.
        return StatusCode::NO_CONTENT.into_response();
    }
    let request = incoming.request.clone();
    let context = request.clone();
    let handler = leptos_axum::render_app_async_with_context(
        move || provide_context(context.clone()),
        move || app::shell::cabinet(&request),
    );
    let response = handler(plain(&parts)).await.into_response();
    incoming.finish(response)
}

/// The door.
pub async fn sign_in(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |loading| {
        Ok(PublicPage::SignIn {
            ended: loading.query("ended").is_some(),
            next: loading.query("next").unwrap_or_default(),
        })
    })
    .await
}

/// Registration, step 1.
pub async fn register(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |loading| {
        // Whoever comes back from the second step finds the number there.
        let typed = match loading.query("r") {
            Some(_) => progress(&loading).await?.1.card,
            None => String::new(),
        };
        Ok(PublicPage::Register { typed })
    })
    .await
}

async fn progress(loading: &Loading) -> Result<(String, registration::Progress), ServiceError> {
    let id = loading.query("r").unwrap_or_default();
    let parsed = id.parse().map_err(|_| ServiceError::NotFound)?;
    let (services, actor) = loading.who();
    Ok((id, registration::progress(services, actor, parsed).await?))
}

/// The page of what was begun in this browser; in any other one a way to begin anew.
fn here<T>(
    found: Result<T, ServiceError>,
    begun: Begun,
    page: impl FnOnce(T) -> PublicPage,
) -> Result<PublicPage, ServiceError> {
    match found {
        Ok(found) => Ok(page(found)),
        Err(ServiceError::NotFound) => Ok(PublicPage::Elsewhere(begun)),
        Err(error) => Err(error),
    }
}

/// Registration, step 2.
pub async fn register_details(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |loading| {
        let found = progress(&loading).await;
        here(found, Begun::Registration, |(id, progress)| {
            PublicPage::RegisterDetails { id, progress }
        })
    })
    .await
}

/// Registration, step 3.
pub async fn register_check(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |loading| {
        let found = progress(&loading).await;
        let found = found.and_then(|(id, progress)| match progress.sent_to {
            Some(_) => Ok((id, progress)),
            None => Err(ServiceError::NotFound),
        });
        here(found, Begun::Registration, |(id, progress)| {
            PublicPage::RegisterCheck {
                second: SecondStep {
                    registration: id,
                    kept: loading.query("d"),
                },
                sent: loading.query("sent").is_some(),
                progress,
            }
        })
    })
    .await
}

async fn link(state: &State, request: Request, purpose: Purpose, token: String) -> Response {
    public(state, request, async move |loading| {
        let (services, actor) = loading.who();
        let link = activation::look(services, actor, purpose, &token).await?;
        Ok(PublicPage::Password {
            purpose,
            sent: loading.query("sent").is_some(),
            token,
            link,
        })
    })
    .await
}

/// The page behind an activation link.
pub async fn activate(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    link(&state, request, Purpose::Activation, token).await
}

/// The page behind a recovery link.
pub async fn reset(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    link(&state, request, Purpose::Recovery, token).await
}

/// A forgotten password.
pub async fn forgot(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |_| Ok(PublicPage::Forgot)).await
}

/// A code is waited for.
pub async fn code(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |loading| {
        let id = loading.query("c").unwrap_or_default();
        let (services, actor) = loading.who();
        let found = match id.parse() {
            Ok(challenge) => codes::look(services, actor, challenge).await,
            Err(_) => Err(ServiceError::NotFound),
        };
        let second = loading.query("r").map(|registration| SecondStep {
            registration,
            kept: loading.query("d"),
        });
        here(found, Begun::Code, |waiting| PublicPage::Code {
            id,
            waiting,
            sent: loading.query("sent").is_some(),
            second,
        })
    })
    .await
}

/// Behind the link of a notice of autopay. Opening it does nothing: mail systems open links too.
pub async fn autopay_link(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    public(&state, request, async move |loading| {
        let link = services::autopay::look(loading.who().0, &token).await?;
        Ok(PublicPage::AutopayLink { token, link })
    })
    .await
}

/// The way to people.
pub async fn access_help(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |_| Ok(PublicPage::AccessHelp)).await
}

/// Frequent questions.
pub async fn help(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |_| Ok(PublicPage::Help)).await
}

/// A document.
pub async fn legal(
    Extract(state): Extract<State>,
    Path(document): Path<String>,
    request: Request,
) -> Response {
    public(&state, request, async move |_| {
        Document::from_code(&document)
            .map(PublicPage::Legal)
            .ok_or(ServiceError::NotFound)
    })
    .await
}

/// Paying without signing in: which card.
pub async fn pay(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |_| Ok(PublicPage::Pay)).await
}

/// Paying without signing in: how much. Without the kept number there is nothing to show.
pub async fn pay_details(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async move |loading| {
        let Some(number) = loading.request.draft.fields.get("card").cloned() else {
            return Ok(PublicPage::Pay);
        };
        let form = services::guest::form(&loading.request.services, &number).await?;
        Ok(PublicPage::PayDetails { number, form })
    })
    .await
}

/// A payment's result without signing in.
pub async fn pay_result(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    public(&state, request, async move |loading| {
        let found = services::payments::public_state(&loading.request.services, &token).await?;
        Ok(PublicPage::PayResult(found))
    })
    .await
}

/// The payer is back from the acquirer's page. It changes nothing about the payment but makes us ask.
pub async fn payment_return(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let viewer = match Incoming::read(&state, &parts).await {
        Ok(incoming) => incoming.request.actor.viewer,
        Err((incoming, _)) => return render(&incoming, &parts, unanswered(&parts)).await,
    };
    match services::payments::returned(&state.services, &token).await {
        Ok((subscriber, id)) if viewer.is_some_and(|viewer| viewer.subscriber == subscriber) => {
            Redirect::to(&format!("/payments/{id}")).into_response()
        }
        Ok(_) => Redirect::to(&format!("/pay/result/{token}")).into_response(),
        Err(ServiceError::NotFound) => Redirect::to("/payments").into_response(),
        Err(error) => {
            tracing::warn!(%error, "payment.return");
            Redirect::to("/payments").into_response()
        }
    }
}

/// The demo's mailbox.
pub async fn mailbox(Extract(state): Extract<State>, request: Request) -> Response {
    let kept = state
        .mailbox
        .as_ref()
        .map(gateways::Mailbox::texts)
        .unwrap_or_default();
    let texts = kept
        .into_iter()
        .map(|kept| Kept {
            to: kept.to,
            subject: kept.subject,
            text: kept.text,
        })
        .collect();
    public(&state, request, async move |loading| {
        let code = services::demo::office_code(loading.who().0).await?;
        Ok(PublicPage::Mailbox(texts, code))
    })
    .await
}

/// Every component in every state.
pub async fn gallery(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |_| Ok(PublicPage::Gallery)).await
}

/// No such page.
pub async fn not_found(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |_| Ok(PublicPage::NotFound)).await
}
