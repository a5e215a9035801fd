//! The doors of partners and staff. Everything here lives in the schema `office`.

pub mod audit;
pub mod enrolment;
pub mod identity_check;
pub mod partner;
pub mod person;
pub mod recovery_code;
pub mod session;
pub mod subscriber_case;
