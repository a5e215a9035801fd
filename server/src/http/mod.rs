//! Routes and what stands before them: who asks, forgery, headers, limits.

mod account;
mod api;
pub(crate) mod assets;
pub mod connections;
mod files;
mod headers;
mod health;
mod language;
mod office;
mod pages;
mod papers;
mod request;
pub mod tls;
mod webhooks;

use crate::config::Config;
use crate::roles::Built;
use anyhow::Result;
use app::request::Site;
use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use domain::office::Door;
use gateways::Mailbox;
use ipnet::IpNet;
use services::Services;
use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

/// What every route needs.
#[derive(Debug, Clone)]
pub struct State {
    services: Arc<Services>,
    site: Arc<Site>,
    mailbox: Option<Mailbox>,
    site_root: PathBuf,
    webhook_networks: Arc<[IpNet]>,
    staff_networks: Arc<[IpNet]>,
    behind_proxy: bool,
    secure: bool,
}

impl State {
    /// From the settings and the built files.
    pub fn new(config: &Config, built: &Built) -> Result<Self> {
        let site = Site {
            demo: built.mailbox.is_some(),
            assets: assets::find(&config.server.site_root)?,
            acquirer_origin: config.acquirer.page_origin.clone(),
        };
        Ok(Self {
            services: built.services.clone(),
            site: Arc::new(site),
            mailbox: built.mailbox.clone(),
            site_root: config.server.site_root.clone(),
            webhook_networks: config.acquirer.webhook_networks.clone().into(),
            staff_networks: config.office.staff_networks.clone().into(),
            behind_proxy: config.server.behind_proxy,
            secure: config.server.public_url.starts_with("https://"),
        })
    }
}

/// All routes.
pub fn router(state: State) -> Router {
    let mut pages = Router::new()
        .route("/", get(pages::root))
        .route("/login", get(pages::sign_in))
        .route("/register", get(pages::register))
        .route("/register/details", get(pages::register_details))
        .route("/register/check", get(pages::register_check))
        .route("/activate/{token}", get(pages::activate))
        .route("/forgot-password", get(pages::forgot))
        .route("/reset-password/{token}", get(pages::reset))
        .route("/login/code", get(pages::code))
        .route("/payments/promised", get(account::promised))
        .route("/payments/voucher", get(account::voucher))
        .route("/payments/top-up/confirm", get(account::pay_confirm))
        .route("/payments/autopay", get(account::autopay))
        .route("/payments/autopay/setup", get(account::autopay_setup))
        .route("/payments/cards", get(account::bank_cards))
        .route("/autopay/off/{token}", get(pages::autopay_link))
        .route("/expenses", get(papers::expenses_page))
        .route("/expenses/statement", get(papers::statement_page))
        .route("/expenses/statement.csv", get(papers::statement_table))
        .route("/expenses/statement.pdf", get(papers::statement_pdf))
        .route("/expenses/{id}", get(papers::operation))
        .route("/refunds/new", get(account::ask_refund))
        .route("/refunds/{id}", get(account::refund))
        .route("/receipts", get(papers::receipts))
        .route("/receipts/{id}", get(papers::receipt))
        .route("/receipts/{id}/pdf", get(papers::receipt_pdf))
        .route("/profile", get(account::profile))
        .route("/profile/contacts", get(account::contacts))
        .route("/profile/contacts/email", get(account::new_email))
        .route("/profile/contacts/phone", get(account::new_phone))
        .route(
            "/profile/contacts/confirm/{token}",
            get(account::email_link),
        )
        .route("/profile/security", get(account::security))
        .route("/profile/security/password", get(account::new_password))
        .route("/profile/security/passkey", get(account::new_passkey))
        .route("/profile/security/passkey/{id}", get(account::passkey))
        .route("/profile/access-cards", get(account::cards))
        .route("/profile/access-cards/add", get(account::add_contract))
        .route("/profile/access-cards/{id}", get(account::card))
        .route("/profile/data", get(account::data))
        .route("/profile/data/download", post(account::download))
        .route("/profile/delete", get(account::delete))
        .route("/profile/deleted", get(account::deleted))
        .route("/profile/restore", get(account::restore))
        .route("/profile/confirm", get(account::confirm))
        .route(
            "/.well-known/change-password",
            get(account::change_password),
        )
        .route("/access-help", get(pages::access_help))
        .route("/help", get(pages::help))
        .route("/legal/{document}", get(pages::legal))
        .route("/pay", get(pages::pay))
        .route("/pay/details", get(pages::pay_details))
        .route("/pay/result/{token}", get(pages::pay_result))
        .route("/payments/{id}/square.svg", get(account::square))
        .route("/payments/return/{token}", get(pages::payment_return))
        .route("/language", post(language::choose))
        .route("/api/{*path}", any(api::call))
        .fallback(pages::not_found);
    for path in app::cabinet::PATHS {
        pages = pages.route(path, get(pages::cabinet));
    }
    if state.mailbox.is_some() {
        pages = pages
            .route("/dev/mailbox", get(pages::mailbox))
            .route("/_gallery", get(pages::gallery));
    }
    // Without a key that seals second factors these doors do not exist.
    if state.services.has_office() {
        pages = pages
            .merge(office::routes(Door::Partner))
            .merge(office::routes(Door::Staff))
            .merge(office::staff_routes());
    }
    let pages = pages
        .layer(CsrfLayer::new())
        .layer(axum::middleware::from_fn(headers::without_zero_bytes))
        .layer(axum::middleware::from_fn(headers::no_store_by_default));
    Router::new()
        .merge(pages)
        // A notification comes from another site by its nature and proves nothing by itself.
        .route("/webhooks/yookassa", post(webhooks::yookassa))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .merge(assets::routes(&state.site_root))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Precise(5)))
        .layer(axum::middleware::from_fn_with_state(
            state.clone(),
            headers::encrypted_only,
        ))
        .layer(axum::middleware::from_fn_with_state(
            state.clone(),
            headers::secure,
        ))
        .layer(TimeoutLayer::with_status_code(
            axum::http::StatusCode::GATEWAY_TIMEOUT,
            Duration::from_secs(30),
        ))
        .with_state(state)
}

/// A mistake of ours ends one request and says nothing of itself; the panic is in the log.
fn panicked(_: Box<dyn Any + Send>) -> axum::response::Response {
    (
        axum::http::StatusCode::INTERNAL_SERVER_ERROR,
        "Сейчас не отвечаем, попробуйте ещё раз. We cannot answer now, try again.",
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::extract::Request;
    use tower::ServiceExt;

    async fn broken() -> &'static str {
        panic!("a secret")
    }

    #[tokio::test]
    async fn a_panic_ends_one_request_and_tells_nothing() {
        let app = Router::<()>::new()
            .route("/", get(broken))
            .layer(CatchPanicLayer::custom(panicked));
        for _ in 0..2 {
            let request = Request::new(Body::empty());
            let answer = app.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 500);
            let body = axum::body::to_bytes(answer.into_body(), 1024).await;
            let text = String::from_utf8(body.unwrap().to_vec()).unwrap();
            assert!(!text.contains("secret"), "{text}");
        }
    }
}
