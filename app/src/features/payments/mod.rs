//! Payments: the list, the top-up form, one payment's page, the promised payment,
//! prepaid cards.

pub mod api;
pub mod list;
pub mod payment;
#[cfg(feature = "ssr")]
pub mod promised;
pub mod top_up;
#[cfg(feature = "ssr")]
pub mod voucher;
