//! Server functions of the profile: what its forms are posted to. Each ends in a redirect to a page
//! that shows what was done.

use crate::error::{AppError, fail};
use crate::features::auth::api::safe_next;
use crate::features::auth::cookies::end_session;
use crate::features::auth::password::takes_offered;
use crate::request::request;
use crate::wire::Json;
use leptos::prelude::*;
use services::access::change;
use services::access::{confirm, contacts, contracts, devices, passkeys};
use services::privacy;

/// Sends a link to a new e-mail.
#[server(endpoint = "profile/email", output = Json)]
pub async fn new_email(
    #[server(default)] email: String,
    #[server(default)] seen_email: String,
) -> Result<(), AppError> {
    let request = request()?;
    let (services, actor) = (&request.services, &request.actor);
    contacts::begin_email(services, actor, &email, &seen_email, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/contacts");
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
    let new = if takes_offered(&choice, &password) {
        offered
    } else {
        password
    };
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

/// Asks the authenticator for a new passkey: the options of `navigator.credentials.create` as JSON.
#[server(endpoint = "profile/passkey-begin", output = Json)]
pub async fn begin_passkey() -> Result<String, AppError> {
    let request = request()?;
    let asked = passkeys::begin_add(&request.services, &request.actor)
        .await
        .map_err(fail)?;
    serde_json::to_string(&asked).map_err(|_| AppError::Transport)
}

/// Adds the passkey that the authenticator made.
#[server(endpoint = "profile/passkey-add", output = Json)]
pub async fn add_passkey(ceremony: String, answer: String) -> Result<(), AppError> {
    let request = request()?;
    let (services, actor) = (&request.services, &request.actor);
    passkeys::add(services, actor, &ceremony, &answer, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/security?done=passkey");
    Ok(())
}

/// Names a passkey.
#[server(endpoint = "profile/passkey-name", output = Json)]
pub async fn name_passkey(
    passkey: String,
    #[server(default)] name: String,
) -> Result<(), AppError> {
    let request = request()?;
    passkeys::rename(&request.services, &request.actor, &passkey, &name)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/security?done=passkey-name");
    Ok(())
}

/// Removes a passkey.
#[server(endpoint = "profile/passkey-remove", output = Json)]
pub async fn remove_passkey(passkey: String) -> Result<(), AppError> {
    let request = request()?;
    passkeys::remove(&request.services, &request.actor, &passkey)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/security?done=passkey-gone");
    Ok(())
}

/// Names a card.
#[server(endpoint = "profile/card-name", output = Json)]
pub async fn name_card(card: String, #[server(default)] name: String) -> Result<(), AppError> {
    let request = request()?;
    let id = card
        .parse()
        .map_err(|_| fail(services::ServiceError::NotFound))?;
    contracts::name_card(&request.services, &request.actor, id, &name)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/access-cards?done=name");
    Ok(())
}

/// Adds a contract.
#[server(endpoint = "profile/contract-add", output = Json)]
pub async fn add_contract(
    #[server(default)] card: String,
    #[server(default)] contract: String,
    #[server(default)] surname: String,
    #[server(default)] known_contact: String,
) -> Result<(), AppError> {
    let request = request()?;
    let form = contracts::Add {
        card,
        contract,
        surname,
        known_contact,
    };
    contracts::add(&request.services, &request.actor, &form, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/access-cards?done=contract");
    Ok(())
}

/// Takes a contract out.
#[server(endpoint = "profile/contract-remove", output = Json)]
pub async fn remove_contract(contract: String) -> Result<(), AppError> {
    let request = request()?;
    let id = contract
        .parse()
        .map_err(|_| fail(services::ServiceError::NotFound))?;
    contracts::remove(&request.services, &request.actor, id)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/access-cards?done=removed");
    Ok(())
}

/// Gives the consent to news or takes it back.
#[server(endpoint = "profile/advertising", output = Json)]
pub async fn set_advertising(given: bool) -> Result<(), AppError> {
    let request = request()?;
    privacy::set_advertising(&request.services, &request.actor, given)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/profile/data?done=consent");
    Ok(())
}

/// Asks for the deletion of the cabinet.
#[server(endpoint = "profile/delete", output = Json)]
pub async fn delete_cabinet(#[server(default)] word: String) -> Result<(), AppError> {
    let request = request()?;
    privacy::delete(&request.services, &request.actor, &word)
        .await
        .map_err(fail)?;
    end_session();
    leptos_axum::redirect("/profile/deleted");
    Ok(())
}

/// Takes the deletion back.
#[server(endpoint = "profile/restore", output = Json)]
pub async fn restore_cabinet() -> Result<(), AppError> {
    let request = request()?;
    privacy::restore(&request.services, &request.actor)
        .await
        .map_err(fail)?;
    leptos_axum::redirect("/home");
    Ok(())
}
