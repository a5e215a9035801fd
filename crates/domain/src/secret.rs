//! Names of form fields that are never kept, echoed or logged.

/// Fields whose text is dropped when a refused form is kept for re-filling.
pub const SECRET_FIELDS: &[&str] = &[
    "password",
    "current",
    "offered",
    "token",
    "code",
    "key",
    "registration",
    "challenge",
    "ceremony",
    "answer",
];

/// Must this field never be kept?
pub fn is_secret(field: &str) -> bool {
    SECRET_FIELDS.contains(&field)
}

/// Fields that are kept sealed: what is money for whoever reads it, and long to type again.
pub const SEALED_FIELDS: &[&str] = &["pin"];
