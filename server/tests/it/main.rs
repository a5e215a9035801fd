//! Whole-app tests: the cabinet behind its real routes, on a real database, as the application's
//! role. What needs a process that can be killed starts the real binary.

mod support;

mod demo;
mod journey;
mod killed;
mod letters;
mod outage;
mod routes;
