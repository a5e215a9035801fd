//! The outside world: one port for each neighbour, a real adapter, and a stand-in for demo and
//! tests. Wire types stay private to their adapter; money becomes kopecks here and nowhere deeper.

pub mod acquirer;
pub mod edna;
pub mod fiscal;
pub mod http;
pub mod mail;
pub mod mailbox;
pub mod sms;
pub mod yookassa;

pub use acquirer::Acquirer;
pub use fiscal::FiscalProvider;
pub use mail::Mail;
pub use mailbox::Mailbox;
pub use sms::Sms;
