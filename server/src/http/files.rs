//! Files that are made for one person and given out to keep.

use super::State;
use super::account::refused;
use super::pages::{Loading, signed_in};
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use services::ServiceError;

/// A file to keep.
pub struct File {
    /// As it is called.
    pub name: String,
    /// What it is.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Makes a file off the threads that answer requests: years of operations take a while.
pub async fn made(
    make: impl FnOnce() -> Result<Vec<u8>, String> + Send + 'static,
) -> Result<Vec<u8>, ServiceError> {
    match tokio::task::spawn_blocking(make).await {
        Ok(made) => made.map_err(ServiceError::Internal),
        Err(error) => Err(ServiceError::Internal(error.to_string())),
    }
}

/// Reads the request, lets `load` make a file, gives it out; or leads to the page that says why there is
/// none. Nothing of it stays in a cache.
pub async fn give<F>(state: &State, request: Request, load: impl FnOnce(Loading) -> F) -> Response
where
    F: Future<Output = Result<Result<File, Redirect>, ServiceError>>,
{
    let (incoming, parts) = match signed_in(state, request).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    match load(Loading::new(&incoming, &parts)).await {
        Ok(Ok(file)) => {
            let name = format!("attachment; filename=\"{}\"", file.name);
            let headers = [
                (header::CONTENT_TYPE, file.content_type),
                (header::CONTENT_DISPOSITION, name.as_str()),
                (header::CACHE_CONTROL, "private, no-store"),
            ];
            incoming.finish((headers, file.bytes).into_response())
        }
        Ok(Err(page)) => page.into_response(),
        Err(error) => refused(&incoming, &parts, error).await,
    }
}
