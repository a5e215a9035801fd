//! Plain pages of the cabinet: loaded here, rendered by `app::account`. Nothing of them stays in a cache.

use super::State;
use super::files::{self, File};
use super::pages::{Loading, not_found_by, plain, public, render, signed_in, unanswered, whom};
use super::request::Incoming;
use app::account::AccountPage;
use app::features::auth::api::safe_next;
use app::public::PublicPage;
use app::ui::square::picture;
use axum::extract::{Path, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::payment::Means;
use domain::refund::Refusal;
use leptos::prelude::provide_context;
use services::access::{confirm, contacts, contracts, devices, passkeys, passwords};
use services::payments::{Start, StartTopUp};
use services::{
    ServiceError, autopay, home, payments, privacy, profile, promise, refunds, voucher,
};
use std::future::Future;

/// Where a page is asked for before something that matters.
pub fn confirm_first(back: &str) -> Redirect {
    let next: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    Redirect::to(&format!("/profile/confirm?next={next}"))
}

/// Reads the request, lets `load` find the page, renders it in the cabinet's frame.
pub async fn account<F>(
    state: &State,
    request: Request,
    load: impl FnOnce(Loading) -> F,
) -> Response
where
    F: Future<Output = Result<AccountPage, ServiceError>>,
{
    let (incoming, parts) = match signed_in(state, request).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let loading = Loading::new(&incoming, &parts);
    let frame = home::frame(&incoming.request.services, &incoming.request.actor);
    let loaded = async { Ok::<_, ServiceError>((load(loading).await?, frame.await?)) };
    let (page, frame) = match loaded.await {
        Ok(found) => found,
        Err(error) => return refused(&incoming, &parts, error).await,
    };
    let request = incoming.request.clone();
    let context = request.clone();
    let handler = leptos_axum::render_app_async_with_context(
        move || provide_context(context.clone()),
        move || page.clone().document(&request, frame.clone()),
    );
    let mut response = handler(plain(&parts)).await.into_response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    incoming.finish(response)
}

/// What stands in place of a page or a file that could not be made.
pub async fn refused(incoming: &Incoming, parts: &Parts, error: ServiceError) -> Response {
    match error {
        ServiceError::ConfirmFirst => confirm_first(&incoming.request.path).into_response(),
        ServiceError::NotFound => {
            not_found_by(incoming, whom(incoming).as_deref());
            render(incoming, parts, PublicPage::NotFound).await
        }
        error => {
            tracing::error!(%error, request_id = %incoming.request.id, "page.failed");
            render(incoming, parts, unanswered(parts)).await
        }
    }
}

/// Who one is.
pub async fn profile(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Home(profile::load(services, actor).await?))
    })
    .await
}

/// E-mail and phone.
pub async fn contacts(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Contacts {
            contacts: contacts::list(services, actor).await?,
            done: loading.query("done"),
        })
    })
    .await
}

/// Another e-mail.
pub async fn new_email(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        confirm::require(services, actor).await?;
        Ok(AccountPage::NewEmail)
    })
    .await
}

/// Another phone.
pub async fn new_phone(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        confirm::require(services, actor).await?;
        Ok(AccountPage::NewPhone)
    })
    .await
}

/// Password, devices, log.
pub async fn security(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Security {
            security: devices::load(services, actor, loading.lang()).await?,
            done: loading.query("done"),
        })
    })
    .await
}

/// Another password.
pub async fn new_password(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::NewPassword {
            offered: passwords::offer(),
            login: profile::login(services, actor).await?,
        })
    })
    .await
}

/// A new passkey.
pub async fn new_passkey(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        confirm::require(services, actor).await?;
        let not_now = loading
            .query("offer")
            .and_then(|_| loading.query("next"))
            .map(|next| safe_next(&next).to_owned());
        Ok(AccountPage::NewPasskey { not_now })
    })
    .await
}

/// One passkey: removing it asks for the password, so the page does at once.
pub async fn passkey(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    account(&state, request, async move |loading| {
        let (services, actor) = loading.who();
        confirm::require(services, actor).await?;
        Ok(AccountPage::Passkey(
            passkeys::one(services, actor, &id).await?,
        ))
    })
    .await
}

/// Contracts and cards.
pub async fn cards(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Cards {
            held: contracts::list(services, actor).await?,
            done: loading.query("done"),
        })
    })
    .await
}

/// The name of a card.
pub async fn card(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    account(&state, request, async move |loading| {
        let (services, actor) = loading.who();
        let id = id.parse().map_err(|_| ServiceError::NotFound)?;
        let card = contracts::card(services, actor, id).await?;
        Ok(AccountPage::CardName(card))
    })
    .await
}

/// Another contract.
pub async fn add_contract(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |_| Ok(AccountPage::AddContract)).await
}

/// The promised payment.
pub async fn promised(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Promised(promise::page(services, actor).await?))
    })
    .await
}

/// The yes to a payment by a saved card.
pub async fn pay_confirm(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let typed = |name| loading.typed(name);
        let command = StartTopUp {
            sum: typed("sum"),
            amount: typed("amount"),
            receipt_email: typed("receipt_email"),
            means: typed("means"),
            ..StartTopUp::default()
        };
        // Only a saved card is asked about; nothing is made without the yes.
        let saved = Means::from_form(&command.means).is_some_and(|means| means.saved().is_some());
        let asked = if saved {
            payments::start(services, actor, command).await
        } else {
            Err(ServiceError::Invalid(Vec::new()))
        };
        match asked {
            Ok(Start::Confirm(asked)) => Ok(AccountPage::PayConfirm(Some(asked))),
            Ok(Start::Made(_)) | Err(ServiceError::Invalid(_)) => Ok(AccountPage::PayConfirm(None)),
            Err(error) => Err(error),
        }
    })
    .await
}

/// What is drawn for a payment that was paid between the page and its picture.
const NO_SQUARE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"/>"#;

/// The square by which a payment is paid, as a picture: the browser's module does not know how to draw it.
///
/// A page is made before its picture is asked for; a payment that stopped waiting in between has an
/// empty picture, not a broken one.
pub async fn square(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (incoming, parts) = match signed_in(&state, request).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let (services, actor) = (&incoming.request.services, &incoming.request.actor);
    let drawn = async {
        let id = id.parse().map_err(|_| ServiceError::NotFound)?;
        match payments::square(services, actor, id).await? {
            Some(text) => picture(&text).ok_or(ServiceError::NotFound),
            None => Ok(NO_SQUARE.to_owned()),
        }
    };
    match drawn.await {
        Ok(picture) => {
            let headers = [
                (header::CONTENT_TYPE, "image/svg+xml"),
                (header::CACHE_CONTROL, "private, no-store"),
            ];
            incoming.finish((headers, picture).into_response())
        }
        Err(error) => refused(&incoming, &parts, error).await,
    }
}

/// Autopay.
pub async fn autopay(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let page = autopay::page(services, actor).await?;
        let done = loading.query("done").unwrap_or_default();
        Ok(AccountPage::Autopay { page, done })
    })
    .await
}

/// The form that switches it on.
pub async fn autopay_setup(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let (day, card) = (loading.query("day"), loading.query("card"));
        let page = autopay::setup(services, actor, day.as_deref(), card.as_deref()).await?;
        Ok(AccountPage::AutopaySetup(page))
    })
    .await
}

/// Saved bank cards.
pub async fn bank_cards(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let page = services::cards::page(services, actor).await?;
        let done = loading.query("done").unwrap_or_default();
        Ok(AccountPage::BankCards { page, done })
    })
    .await
}

/// A prepaid card.
pub async fn voucher(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let done = loading.query("done");
        let page = voucher::page(services, actor, done.as_deref()).await?;
        Ok(AccountPage::Voucher(page))
    })
    .await
}

/// The form for a refund; one that is under way has its own page.
pub async fn ask_refund(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let page = refunds::page(services, actor).await?;
        if let Err(Refusal::UnderWay(id)) = page.offer {
            let shown = refunds::view(services, actor, id).await?;
            return Ok(AccountPage::Refund(Box::new(shown)));
        }
        Ok(AccountPage::AskRefund(Box::new(page)))
    })
    .await
}

/// One refund.
pub async fn refund(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    account(&state, request, async move |loading| {
        let (services, actor) = loading.who();
        let id = id.parse().map_err(|_| ServiceError::NotFound)?;
        let shown = refunds::view(services, actor, id).await?;
        Ok(AccountPage::Refund(Box::new(shown)))
    })
    .await
}

/// Consents and what may be done with one's data.
pub async fn data(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Data {
            data: privacy::load(services, actor).await?,
            done: loading.query("done"),
        })
    })
    .await
}

/// The end of the cabinet.
pub async fn delete(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Delete(
            privacy::consequences(services, actor).await?,
        ))
    })
    .await
}

/// One's data as a file. It is written into the log and told, so it is asked for by a post.
pub async fn download(Extract(state): Extract<State>, request: Request) -> Response {
    files::give(&state, request, async |loading| {
        let (services, actor) = loading.who();
        match privacy::export(services, actor).await {
            Ok(json) => Ok(Ok(File {
                name: "orion-express-data.json".to_owned(),
                content_type: "application/json",
                bytes: json.into(),
            })),
            // The way here is a post, which nobody can be sent back to.
            Err(ServiceError::ConfirmFirst) => Ok(Err(confirm_first("/profile/data"))),
            Err(error) => Err(error),
        }
    })
    .await
}

/// A cabinet that is being deleted can come back.
pub async fn restore(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |loading| {
        let (services, actor) = loading.who();
        match privacy::closing(services, actor).await {
            Ok((until, today)) => Ok(PublicPage::Closing { until, today }),
            Err(ServiceError::SignedOut) => Err(ServiceError::NotFound),
            Err(error) => Err(error),
        }
    })
    .await
}

/// The deletion was just asked for.
pub async fn deleted(Extract(state): Extract<State>, request: Request) -> Response {
    public(&state, request, async |_| Ok(PublicPage::DeletionAsked)).await
}

/// The password anew.
pub async fn confirm(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        Ok(AccountPage::Confirm {
            next: loading.query("next").unwrap_or_default(),
            login: profile::login(services, actor).await?,
        })
    })
    .await
}

/// Behind the link in the letter to a new e-mail.
pub async fn email_link(
    Extract(state): Extract<State>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    public(&state, request, async move |loading| {
        let (services, _) = loading.who();
        let link = contacts::look(services, &token).await?;
        Ok(PublicPage::EmailLink { token, link })
    })
    .await
}

/// Where password managers lead (a well-known address of the W3C).
pub async fn change_password() -> Redirect {
    Redirect::to("/profile/security/password")
}
