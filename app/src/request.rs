//! What the server gives each page and server function: who asks, in which language, the kept form,
//! and where the built files are. Put into the context by the router in `server`.

use crate::error::AppError;
use domain::Lang;
use domain::form::FieldError;
use services::{Actor, Services};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Names of the built files, with their hashes.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    /// The whole style sheet.
    pub css: String,
    /// The loader of the browser's module.
    pub js: String,
    /// The browser's module.
    pub wasm: String,
    /// The small script of public pages.
    pub public_js: String,
    /// The script of pages where more is typed.
    pub typing_js: String,
    /// The script of passkeys, for the pages that use them.
    pub passkey_js: String,
    /// Styles inlined into public pages.
    pub critical_css: String,
    /// Distinguishes builds.
    pub build: String,
}

/// Facts about this installation that pages show.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Is this the demo? Then there are a mailbox and a gallery.
    pub demo: bool,
    /// Built files.
    pub assets: Assets,
    /// Origin of the acquirer's page, where a form may lead.
    pub acquirer_origin: String,
}

/// A form that was refused and is shown again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What was typed.
    pub fields: BTreeMap<String, String>,
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

/// Remembers how a server function ended, for the router that answers a plain HTML form.
#[derive(Debug, Clone, Default)]
pub struct Outcome(Arc<Mutex<Option<AppError>>>);

impl Outcome {
    /// Notes an error.
    pub fn note(&self, error: &AppError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }

    /// The noted error.
    pub fn take(&self) -> Option<AppError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its number in the log.
    pub id: Uuid,
    /// The use cases.
    pub services: Arc<Services>,
    /// Who asks.
    pub actor: Actor,
    /// In which language.
    pub lang: Lang,
    /// The theme chosen by hand; nothing follows the system.
    pub theme: Option<&'static str>,
    /// Path and query.
    pub path: String,
    /// Path and query of our page the request came from; empty when it came from elsewhere.
    pub back: String,
    /// The kept form.
    pub draft: Draft,
    /// This installation.
    pub site: Arc<Site>,
    /// How the server function ended.
    pub outcome: Outcome,
}

/// The request of the page or server function that runs now.
///
/// # Errors
/// [`AppError::Transport`] outside a request, as when the router only lists routes.
pub fn request() -> Result<Request, AppError> {
    leptos::prelude::use_context::<Request>().ok_or(AppError::Transport)
}
