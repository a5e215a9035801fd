//! The pages before signing in: sign-in, registration, activation, recovery. Server only.

pub mod api;
pub mod code;
pub mod cookies;
pub mod frame;
pub mod password;
pub mod recovery;
pub mod registration;
pub mod sign_in;
