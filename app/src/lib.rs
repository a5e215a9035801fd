//! The cabinet: pages, components and server functions.
//!
//! Four applications live here. [`cabinet`] is the subscriber's cabinet: rendered by the server and
//! hydrated in the browser. [`public`] are the pages before signing in: rendered by the server only,
//! so that not a byte of them is in the browser's module. [`account`] is the profile, rendered by the
//! server only too, in the cabinet's frame. [`office`] are the doors of partners and staff and what is behind
//! them, server only as well. Nothing here reads the environment or the
//! database; server functions call `services`.

#![expect(
    missing_docs,
    reason = "the server macro makes public structs of arguments"
)]

pub mod cabinet;
pub mod error;
pub mod features;
pub mod i18n;
pub mod page;
pub mod ui;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod gallery;
#[cfg(feature = "ssr")]
pub mod office;
#[cfg(feature = "ssr")]
pub mod pdf;
#[cfg(feature = "ssr")]
pub mod public;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
pub mod shell;

pub use error::AppError;
