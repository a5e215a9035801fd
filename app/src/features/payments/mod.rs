//! Payments: the list, the top-up form, one payment's page, autopay, saved cards, the promised payment,
//! prepaid cards.

pub mod api;
#[cfg(feature = "ssr")]
pub mod autopay;
#[cfg(feature = "ssr")]
pub mod cards;
#[cfg(feature = "ssr")]
pub mod confirm;
#[cfg(feature = "ssr")]
pub mod guest;
pub mod list;
pub mod payment;
#[cfg(feature = "ssr")]
pub mod promised;
pub mod top_up;
#[cfg(feature = "ssr")]
pub mod voucher;
