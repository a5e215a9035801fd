//! Server functions of the profile: what its forms are posted to. Each ends in a redirect to a page
//! that shows what was done.

use crate::error::{AppError, fail};
use crate::features::auth::api::safe_next;
use crate::request::request;
use crate::wire::Json;
use leptos::prelude::*;
use services::access::change;
use services::access::{confirm, contacts, devices};

/// Sends a link to a new e-mail.
#[server(endpoint = "profile/email", output = Json)]
pub async fn new_email(#[server(default)] email: String) -> Result<(), AppError> {
    let request = request()?;
    contacts::begin_email(&request.services, &request.actor, &email, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/contacts?done=letter");
    Ok(())
}

/// Binds the e-mail that a link proves.
#[server(endpoint = "profile/email-confirm", output = Json)]
pub async fn confirm_email(token: String) -> Result<(), AppError> {
    let request = request()?;
    contacts::finish_email(&request.services, &request.actor, &token)
        .await
        .map_err(fail)?;
    leptos_axum::redirect(&format!("/profile/contacts/confirm/{token}"));
    Ok(())
}

/// Sends a code to a new phone.
#[server(endpoint = "profile/phone", output = Json)]
pub async fn new_phone(#[server(default)] phone: String) -> Result<(), AppError> {
    let request = request()?;
    let id = contacts::begin_phone(&request.services, &request.actor, &phone, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect(&format!("/login/code?c={id}"));
    Ok(())
}

/// Gives the password anew.
#[server(endpoint = "profile/confirm", output = Json)]
pub async fn confirm_password(
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let request = request()?;
    confirm::confirm(&request.services, &request.actor, &password)
        .await
        .map_err(fail)?;
    leptos_axum::redirect(safe_next(&next));
    Ok(())
}

/// Changes the password.
#[server(endpoint = "profile/password", output = Json)]
pub async fn set_new_password(
    #[server(default)] current: String,
    #[server(default)] choice: String,
    #[server(default)] offered: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let request = request()?;
    let take_offered = choice != "own" && password.is_empty();
    let new = if take_offered { offered } else { password };
    let command = change::ChangePassword { current, new };
    change::change(&request.services, &request.actor, command)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/security?done=password");
    Ok(())
}

/// Signs one device out.
#[server(endpoint = "profile/device-end", output = Json)]
pub async fn end_device(session: String) -> Result<(), AppError> {
    let request = request()?;
    let id = session
        .parse()
        .map_err(|_| fail(services::ServiceError::NotFound))?;
    devices::end_one(&request.services, &request.actor, id)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/security?done=device");
    Ok(())
}

/// Signs all other devices out.
#[server(endpoint = "profile/devices-end", output = Json)]
pub async fn end_devices() -> Result<(), AppError> {
    let request = request()?;
    devices::end_others(&request.services, &request.actor)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/security?done=devices");
    Ok(())
}
