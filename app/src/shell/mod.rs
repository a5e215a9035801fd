//! The HTML document around an application: head, sprite, scripts, and the security policy that fits
//! them. Rendered by the server only.

pub mod sprite;

use crate::cabinet::Cabinet;
use crate::i18n::{common, provide_lang, provide_phone};
use crate::request::Request;
use domain::Lang;
use http::{HeaderName, HeaderValue};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Hydrated in the browser.
    Cabinet,
    /// Plain HTML with inlined styles.
    Public,
    /// Plain HTML with the whole style sheet.
    PublicWhole,
}

/// Parts of the sprite that every page of the cabinet may need.
const CABINET_SPRITE: &[&str] = &[
    "logo",
    "i-home",
    "i-payments",
    "i-tariff",
    "i-messages",
    "i-more",
    "i-chart",
    "i-help",
    "i-tv",
    "i-chev-d",
    "i-chev-l",
    "i-chev-r",
    "i-check",
    "i-cross",
    "i-clock",
    "i-alert",
    "i-info",
    "i-in",
    "i-loop",
    "i-receipt",
    "i-card",
    "i-calendar",
    "i-user",
    "i-key",
    "i-voucher",
    "art-balance",
    "art-receipts",
    "art-messages",
    "art-cards",
    "art-404",
    "art-500",
];

/// Parts of the sprite that public pages need.
const PUBLIC_SPRITE: &[&str] = &[
    "logo",
    "i-help",
    "i-eye",
    "i-user",
    "i-payments",
    "i-chev-r",
    "i-chev-d",
    "i-chev-l",
    "i-check",
    "i-alert",
    "i-info",
    "i-clock",
    "i-copy",
    "i-phone",
    "i-key",
];

/// What plain pages need beside the cabinet's.
const ACCOUNT_SPRITE: &[&str] = &[
    "i-eye",
    "i-copy",
    "i-phone",
    "i-mail",
    "i-bell",
    "i-out",
    "i-plus",
    "i-trash",
    "i-download",
    "art-voucher",
];

/// The script of passkeys, on the pages that use them.
pub fn passkey_script(request: &Request) -> AnyView {
    let source = request.site.assets.passkey_js.clone();
    view! { <script defer="" src=source nonce=use_nonce()></script> }.into_any()
}

/// The script of pages where more is typed: numbers in groups, rules of a password, copying.
pub fn typing_script() -> Option<AnyView> {
    let source = use_context::<Request>()?.site.assets.typing_js.clone();
    Some(view! { <script defer="" src=source nonce=use_nonce()></script> }.into_any())
}

/// The cabinet's document.
pub fn cabinet(request: &Request) -> AnyView {
    document(request, Kind::Cabinet, CABINET_SPRITE, || {
        view! { <Cabinet/> }.into_any()
    })
}

/// A public page's document; `art` are the drawings it needs beside the icons.
pub fn public(request: &Request, art: &[&'static str], body: impl FnOnce() -> AnyView) -> AnyView {
    let mut ids = PUBLIC_SPRITE.to_vec();
    ids.extend_from_slice(art);
    document(request, Kind::Public, &ids, body)
}

/// A public page with forms that the inlined styles do not know.
pub fn public_styled(request: &Request, body: impl FnOnce() -> AnyView) -> AnyView {
    document(request, Kind::PublicWhole, PUBLIC_SPRITE, body)
}

/// A plain page: the cabinet's frame around plain HTML.
pub fn account(request: &Request, body: impl FnOnce() -> AnyView) -> AnyView {
    let mut ids = CABINET_SPRITE.to_vec();
    ids.extend_from_slice(ACCOUNT_SPRITE);
    document(request, Kind::PublicWhole, &ids, body)
}

/// A page with every component and drawing.
pub fn whole(request: &Request, body: impl FnOnce() -> AnyView) -> AnyView {
    let ids: Vec<_> = sprite::SYMBOLS.iter().map(|symbol| symbol.id).collect();
    document(request, Kind::PublicWhole, &ids, body)
}

fn document(
    request: &Request,
    kind: Kind,
    ids: &[&'static str],
    body: impl FnOnce() -> AnyView,
) -> AnyView {
    provide_lang(request.lang);
    let phone = request.services.settings.support.phone.clone();
    provide_phone(phone.clone());
    policy(request);
    let assets = request.site.assets.clone();
    let nonce = use_nonce();
    let styles = if kind == Kind::Public {
        view! { <style nonce=nonce.clone() inner_html=assets.critical_css.clone()></style> }
            .into_any()
    } else {
        view! { <link rel="stylesheet" href=assets.css.clone()/> }.into_any()
    };
    let script = match kind {
        Kind::Cabinet => {
            let start = format!(
                "import('{}').then(m=>m.default({{module_or_path:'{}'}}).then(()=>m.hydrate()))",
                assets.js, assets.wasm
            );
            view! { <script type="module" nonce=nonce.clone() inner_html=start></script> }
                .into_any()
        }
        Kind::Public | Kind::PublicWhole => ().into_any(),
    };
    // Filled by the small script when the connection is lost: the region must be there before.
    let lang = request.lang;
    let offline = (kind == Kind::Cabinet).then(|| {
        view! {
            <div
                class="c-offline"
                role="status"
                data-away=common::offline_since(lang)
                data-stopped=common::offline_not_paid(lang)
                data-retry=common::retry(lang)
                data-call=common::call(lang)
                data-tel=phone.link()
            ></div>
        }
    });
    let theme = request.theme;
    view! {
        <!DOCTYPE html>
        <html lang=request.lang.code() translate="no" data-theme=theme data-phone=phone.to_string() data-build=assets.build.clone()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#f8f9fd" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#0c0e1c" media="(prefers-color-scheme: dark)"/>
                {styles}
                <link rel="icon" href="/icons/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icons/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <MetaTags/>
                <script defer="" src=assets.public_js.clone() nonce=nonce></script>
            </head>
            <body>
                {offline}
                <div id="app">{body()}</div>
                <div class="u-sprite" inner_html=sprite::sprite(ids)></div>
                {script}
            </body>
        </html>
    }
    .into_any()
}

/// The content security policy with this response's nonce, and the language of the page.
fn policy(request: &Request) {
    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else {
        return;
    };
    let nonce = use_nonce()
        .map(|nonce| format!(" 'nonce-{nonce}'"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'{nonce}; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        request.site.acquirer_origin
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(HeaderName::from_static("content-security-policy"), value);
    }
    let lang = if request.lang == Lang::En { "en" } else { "ru" };
    response.insert_header(
        HeaderName::from_static("content-language"),
        HeaderValue::from_static(lang),
    );
}
