//! Use cases on a real PostgreSQL and against the stand-in for the acquirer, over real HTTP. After
//! each case the ledger's invariants are checked on its database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod access_threats;
mod autopay;
mod command_line;
mod faults;
mod guest;
mod identity;
mod kept;
mod ledger;
mod money;
mod notifications;
mod office;
mod privacy;
mod promise;
mod receipts;
mod reconciliation;
mod refunds;
mod replacement;
mod restore;
mod square;
mod support;
mod voucher;
