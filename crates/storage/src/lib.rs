//! The only room with SQL. One module per aggregate; each owns its tables.
//!
//! Functions take a connection that the caller has in a transaction and return domain types. No
//! rules live here beyond compare-and-set: what to do is decided in `domain`, when and for whom in
//! `services`. Every hot statement filters by `subscriber_id`.

pub mod account;
pub mod advance;
pub mod autopay;
pub mod autopay_link;
pub mod autopay_run;
pub mod code;
pub mod consent;
pub mod db;
pub mod draft;
pub mod export;
pub mod inbox;
pub mod job;
pub mod known_browser;
pub mod ledger;
pub mod ledger_check;
pub mod office;
pub mod operation;
pub mod outbox;
pub mod passkey;
pub mod payment;
pub mod payment_method;
pub mod promise;
pub mod receipt;
pub mod reconciliation;
pub mod refund;
pub mod registration;
pub mod security_log;
pub mod seed;
pub mod session;
pub mod subscriber;
pub mod subscription;
pub mod throttle;
pub mod token;
pub mod voucher;
pub mod webhook;

mod convert;

pub use db::{Conn, Db, StorageError, Tx};

/// The migrations, in order.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
