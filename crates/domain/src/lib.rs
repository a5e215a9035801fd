//! Rules and types of the cabinet.
//!
//! This room is pure: no I/O, no async, no clock and no randomness of its own (both come in as
//! parameters), so the same rule decides in a preview in the browser and in the charge on the
//! server. Nothing here may depend on another crate of ours.

pub mod advance;
pub mod autopay;
pub mod billing;
pub mod calendar;
pub mod card;
pub mod code;
pub mod consent;
pub mod contact;
pub mod contract;
pub mod device;
pub mod form;
pub mod format;
pub mod ids;
pub mod label;
pub mod lang;
pub mod ledger;
pub mod money;
pub mod notice;
pub mod office;
pub mod operation;
pub mod overview;
pub mod partner;
pub mod password;
pub mod payment;
pub mod promise;
pub mod receipt;
pub mod reconciliation;
pub mod refund;
pub mod saved_card;
pub mod secret;
pub mod security;
pub mod settings;
pub mod spending;
pub mod statement;
pub mod support;
pub mod top_up;
pub mod voucher;

pub use calendar::{Date, LocalTime, Timestamp};
pub use card::CardNumber;
pub use contact::{Contact, Email, Phone};
pub use contract::ContractNumber;
pub use lang::Lang;
pub use money::Money;
pub use partner::PartnerNumber;
