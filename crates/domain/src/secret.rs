//! Names of form fields that are never kept, echoed or logged.

/// Fields whose text is dropped when a refused form is kept for re-filling.
pub const SECRET_FIELDS: &[&str] = &[
    "password",
    "current",
    "offered",
    "token",
    "code",
    "pin",
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
