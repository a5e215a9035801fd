//! Whole-app tests: the cabinet behind its real routes, on a real database, as the application's
//! role. What needs a process that can be killed starts the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod support;

mod autopay;
mod connections;
mod demo;
mod fuzz;
mod journey;
mod killed;
mod killed_autopay;
mod killed_refunds;
mod letters;
mod office;
mod outage;
mod routes;
mod threats;
mod tls;
