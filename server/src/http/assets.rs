//! Built files: found by their hashed names, served for ever; a missing one is a plain 404.

use super::State;
use anyhow::{Context, Result};
use app::request::Assets;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// Styles of public pages, concatenated and minified by the build.
const CRITICAL_CSS: &str = include_str!("../../../style/dist/critical.min.css");
/// The small script of public pages.
const PUBLIC_JS: &str = include_str!("../../../public/public.js");
/// The script of pages where more is typed.
const TYPING_JS: &str = include_str!("../../../public/typing.js");
/// The script of passkeys.
const PASSKEY_JS: &str = include_str!("../../../public/passkey.js");

/// Names of the built files.
pub fn find(site_root: &Path) -> Result<Assets> {
    let pkg = site_root.join("pkg");
    let missing = || {
        format!(
            "the built pages are not in {}: run `make build`, or set server.site_root",
            pkg.display()
        )
    };
    let mut names: Vec<String> = std::fs::read_dir(&pkg)
        .with_context(missing)?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    // Files of earlier builds may lie beside; the one written last is this build's.
    let newest = |extension: &str| {
        names
            .iter()
            .filter(|name| name.starts_with("cabinet") && name.ends_with(extension))
            .max_by_key(|name| {
                std::fs::metadata(pkg.join(name))
                    .and_then(|m| m.modified())
                    .ok()
            })
            .map(|name| format!("/pkg/{name}"))
            .with_context(missing)
    };
    let (css, js, wasm) = (newest(".css")?, newest(".js")?, newest(".wasm")?);
    let mut hasher = DefaultHasher::new();
    (
        &css,
        &js,
        &wasm,
        CRITICAL_CSS,
        PUBLIC_JS,
        TYPING_JS,
        PASSKEY_JS,
    )
        .hash(&mut hasher);
    let build = format!("{:012x}", hasher.finish() & 0xffff_ffff_ffff);
    Ok(Assets {
        css,
        js,
        wasm,
        public_js: format!("/public.js?v={build}"),
        typing_js: format!("/typing.js?v={build}"),
        passkey_js: format!("/passkey.js?v={build}"),
        critical_css: CRITICAL_CSS.to_owned(),
        build,
    })
}

/// Routes of files.
pub fn routes(site_root: &Path) -> Router<State> {
    let immutable = SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    let day = SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=86400"),
    );
    let dir = |name: &str| {
        ServeDir::new(site_root.join(name))
            .precompressed_br()
            .precompressed_gzip()
            .append_index_html_on_directories(false)
    };
    let script = |name: &str| {
        tower::ServiceBuilder::new()
            .layer(immutable.clone())
            .service(ServeFile::new(site_root.join(name)).precompressed_br())
    };
    Router::new()
        .nest_service(
            "/pkg",
            tower::ServiceBuilder::new()
                .layer(immutable.clone())
                .service(dir("pkg")),
        )
        .nest_service(
            "/fonts",
            tower::ServiceBuilder::new()
                .layer(immutable.clone())
                .service(dir("fonts")),
        )
        .nest_service(
            "/icons",
            tower::ServiceBuilder::new()
                .layer(day)
                .service(dir("icons")),
        )
        .route_service("/public.js", script("public.js"))
        .route_service("/typing.js", script("typing.js"))
        .route_service("/passkey.js", script("passkey.js"))
        .route_service(
            "/manifest.webmanifest",
            ServeFile::new(site_root.join("manifest.webmanifest")),
        )
        .route(
            "/favicon.ico",
            axum::routing::get(|| async { StatusCode::NOT_FOUND }),
        )
        .route(
            "/robots.txt",
            axum::routing::get(|| async {
                "User-agent: *\nAllow: /login\nAllow: /help\nDisallow: /\n"
            }),
        )
}
