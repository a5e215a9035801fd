//! Payments: the list, the top-up form, and one payment's page.

pub mod api;
pub mod list;
pub mod payment;
pub mod top_up;
