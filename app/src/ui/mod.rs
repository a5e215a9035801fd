//! The design system: small pieces that pages are made of. They know nothing of services or routes.

pub mod call;
pub mod empty;
pub mod field;
pub mod icon;
pub mod notice;
pub mod row;
#[cfg(feature = "ssr")]
pub mod square;

pub use call::{call_button, call_link, help_corner};
pub use empty::empty;
pub use field::{
    Choice, Input, checkbox, error_of, error_text, field, radios, seen_email, summary,
};
pub use icon::{icon, icon_small, logo};
pub use notice::{Tone, notice};
pub use row::{operation_row, payment_row};
