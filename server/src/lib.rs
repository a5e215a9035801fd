//! The composition root. Only this crate reads the environment, builds pools and clients, and mounts
//! routes. The binary `cabinet` is its command line; a library beside it lets the whole-app tests in
//! `tests/it` stand up the same application.

pub mod config;
pub mod http;
pub mod postgres;
pub mod roles;
pub mod telemetry;
