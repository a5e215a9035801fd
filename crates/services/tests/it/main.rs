//! Use cases on a real PostgreSQL and against the stand-in for the acquirer, over real HTTP. After
//! each case the ledger's invariants are checked on its database.

mod identity;
mod ledger;
mod money;
mod support;
