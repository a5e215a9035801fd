//! The sandbox from outside: over HTTP, as a merchant, a payer and a webhook receiver meet it.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod api;
mod faults;
mod payer;
mod state;
mod support;
mod webhooks;
