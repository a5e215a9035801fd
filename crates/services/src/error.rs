//! What a use case answers instead of an outcome.

use domain::form::{FieldError, Problem};
use storage::{StorageError, Tx};

/// Why a use case gave no outcome. Expected outcomes (declined, link expired) are not errors.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The form has mistakes.
    #[error("the form has mistakes")]
    Invalid(Vec<FieldError>),
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The password has to be given anew before this.
    #[error("the password has to be given anew")]
    ConfirmFirst,
    /// There is no such thing, or it is not the actor's: both read the same.
    #[error("not found")]
    NotFound,
    /// The database is out of reach; nothing was changed.
    #[error("the database is out of reach: {0}")]
    Unavailable(#[source] StorageError),
    /// Somebody changed the same rows meanwhile: the same call decides anew.
    #[error("changed meanwhile: {0}")]
    Conflict(#[source] StorageError),
    /// A mistake of ours. Logged where it is mapped; people get a number to quote.
    #[error("{0}")]
    Internal(String),
}

impl ServiceError {
    /// A mistake in one field.
    pub fn field(field: &str, problem: Problem) -> Self {
        Self::Invalid(vec![FieldError::new(field, problem)])
    }
}

impl From<StorageError> for ServiceError {
    fn from(error: StorageError) -> Self {
        if error.is_unavailable() {
            Self::Unavailable(error)
        } else if error.is_transient() {
            Self::Conflict(error)
        } else {
            Self::Internal(error.to_string())
        }
    }
}

impl From<storage::ledger::PostError> for ServiceError {
    fn from(error: storage::ledger::PostError) -> Self {
        match error {
            storage::ledger::PostError::Storage(error) => error.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<crate::hashing::HashError> for ServiceError {
    fn from(error: crate::hashing::HashError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<domain::ledger::PostingError> for ServiceError {
    fn from(error: domain::ledger::PostingError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// How often a transaction is tried that met another one on its way.
const TRIES: u32 = 3;

/// Runs a transaction, and runs it anew when another one was quicker: it then decides on what that
/// one has left. The attempt must begin its own transaction.
pub(crate) async fn retried<T, F>(attempt: impl Fn() -> F) -> Result<T, ServiceError>
where
    F: Future<Output = Result<T, ServiceError>>,
{
    for _ in 1..TRIES {
        match attempt().await {
            Err(ServiceError::Conflict(cause)) => tracing::info!(%cause, "transaction.again"),
            decided => return decided,
        }
    }
    attempt().await
}

/// Commits. An error here leaves the outcome open; natural keys resolve it when the call is
/// repeated.
pub(crate) async fn commit(tx: Tx) -> Result<(), ServiceError> {
    storage::db::commit(tx).await.map_err(ServiceError::from)
}
