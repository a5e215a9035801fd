//! Server functions of identity: what the forms of the public pages are posted to.

use super::cookies::begin_session;
use super::password::takes_offered;
use super::registration::{DETAILS, SecondStep};
use crate::error::{AppError, fail};
use crate::request::{Request, request};
use crate::wire::Json;
use domain::ids::ChallengeId;
use leptos::prelude::*;
use services::access::activation::{self, Purpose, SetPassword};
use services::access::codes::{self, Opened};
use services::access::passkeys;
use services::access::recovery;
use services::access::registration::{self, Details, Sent};
use services::access::sign_in::{self, SignIn};
use services::drafts::{self, Draft};

/// Only a path of our own may follow a sign-in: an address of another site would make the cabinet a
/// helper of fishermen.
pub fn safe_next(next: &str) -> &str {
    if is_own_path(next) && !next.starts_with("/login") {
        next
    } else {
        "/home"
    }
}

/// Does a browser that follows this stay with us?
pub fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 512
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

/// Signs in.
#[server(endpoint = "auth/sign-in", output = Json)]
pub async fn sign_in_action(
    #[server(default)] login: String,
    #[server(default)] password: String,
    #[server(default)] remember: bool,
    #[server(default)] next: String,
    #[server(default)] passkeys: String,
) -> Result<(), AppError> {
    let request = request()?;
    let command = SignIn {
        login,
        password,
        remember,
    };
    let session = sign_in::sign_in(&request.services, &request.actor, &command)
        .await
        .map_err(fail)?;
    begin_session(&session);
    let next = safe_next(&next);
    // The script says whether this device can; a question that fails is no reason not to come in.
    let (services, actor) = (&request.services, &request.actor);
    let able = passkeys == "true";
    let offered = able
        && passkeys::offers(services, actor, &session)
            .await
            .unwrap_or(false);
    if offered {
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        leptos_axum::redirect(&format!("/profile/security/passkey?offer=1&next={next}"));
    } else {
        leptos_axum::redirect(next);
    }
    Ok(())
}

/// Asks for any passkey of the cabinet: the options of `navigator.credentials.get` as JSON.
#[server(endpoint = "passkeys/begin", output = Json)]
pub async fn begin_passkey() -> Result<String, AppError> {
    let request = request()?;
    let asked = passkeys::begin_sign_in(&request.services, &request.actor)
        .await
        .map_err(fail)?;
    serde_json::to_string(&asked).map_err(|_| AppError::Transport)
}

/// Signs in with a passkey.
#[server(endpoint = "passkeys/sign-in", output = Json)]
pub async fn sign_in_by_passkey(
    ceremony: String,
    answer: String,
    #[server(default)] remember: bool,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let request = request()?;
    let (services, actor) = (&request.services, &request.actor);
    let session = passkeys::sign_in(services, actor, &ceremony, &answer, remember)
        .await
        .map_err(fail)?;
    begin_session(&session);
    leptos_axum::redirect(safe_next(&next));
    Ok(())
}

/// Registration, step 1.
#[server(endpoint = "auth/register", output = Json)]
pub async fn register_card(#[server(default)] card: String) -> Result<(), AppError> {
    let request = request()?;
    let id = registration::begin(&request.services, &request.actor, &card)
        .await
        .map_err(fail)?;
    leptos_axum::redirect(&format!("/register/details?r={id}"));
    Ok(())
}

/// Registration, step 2.
#[server(endpoint = "auth/register-details", output = Json)]
pub async fn register_details(
    registration: String,
    #[server(default)] contract: String,
    #[server(default)] surname: String,
    #[server(default)] known_contact: String,
    #[server(default)] email: String,
    #[server(default)] seen_email: String,
    #[server(default)] phone: String,
    #[server(default)] terms: bool,
    #[server(default)] personal_data: bool,
    #[server(default)] advertising: bool,
) -> Result<(), AppError> {
    let request = request()?;
    let id = registration
        .parse()
        .map_err(|_| fail(services::ServiceError::NotFound))?;
    let lang = request.lang;
    let details = Details {
        contract,
        surname,
        known_contact,
        email,
        seen_email,
        phone,
        terms,
        personal_data,
        advertising,
        lang,
    };
    let sent = registration::submit(&request.services, &request.actor, id, &details)
        .await
        .map_err(fail)?;
    let kept = keep_details(&request, &details).await;
    let second = SecondStep { registration, kept };
    leptos_axum::redirect(&match sent {
        Sent::Letter => second.behind("/register/check"),
        Sent::Code(challenge) => second.behind(&format!("/login/code?c={challenge}")),
    });
    Ok(())
}

/// Keeps the second step as it was typed, for whoever mistyped the address; consents are ticked anew
/// each time. Without it the form is empty, and that is all.
async fn keep_details(request: &Request, details: &Details) -> Option<String> {
    let fields = [
        ("contract", &details.contract),
        ("surname", &details.surname),
        ("known_contact", &details.known_contact),
        ("email", &details.email),
        ("phone", &details.phone),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()));
    let typed = Draft {
        fields: fields.into(),
        errors: Vec::new(),
    };
    let (services, actor) = (&request.services, &request.actor);
    let owner = actor.viewer.as_ref().map(|viewer| viewer.account.0);
    let kept = drafts::keep(services, actor, DETAILS, owner, typed).await;
    kept.ok().map(|draft| draft.to_string())
}

/// Sends the activation link again.
#[server(endpoint = "auth/resend", output = Json)]
pub async fn resend(
    registration: String,
    #[server(default)] kept: Option<String>,
) -> Result<(), AppError> {
    let request = request()?;
    let id = registration
        .parse()
        .map_err(|_| fail(services::ServiceError::NotFound))?;
    registration::resend(&request.services, &request.actor, id, request.lang)
        .await
        .map_err(fail)?;
    let second = SecondStep { registration, kept };
    leptos_axum::redirect(&second.behind("/register/check?sent=1"));
    Ok(())
}

/// The form of the password block.
fn command(
    token: String,
    choice: &str,
    offered: String,
    password: String,
    remember: bool,
) -> SetPassword {
    SetPassword {
        token,
        take_offered: takes_offered(choice, &password),
        offered,
        own: password,
        remember,
    }
}

async fn set_password(purpose: Purpose, command: SetPassword) -> Result<(), AppError> {
    let request = request()?;
    let session = activation::set_password(&request.services, &request.actor, purpose, command)
        .await
        .map_err(fail)?;
    begin_session(&session);
    leptos_axum::redirect("/home");
    Ok(())
}

/// Opens the cabinet: uses the activation link up.
#[server(endpoint = "auth/activate", output = Json)]
pub async fn activate(
    token: String,
    #[server(default)] choice: String,
    #[server(default)] offered: String,
    #[server(default)] password: String,
    #[server(default)] remember: bool,
) -> Result<(), AppError> {
    let command = command(token, &choice, offered, password, remember);
    set_password(Purpose::Activation, command).await
}

/// Sends another activation link instead of one whose time has passed.
#[server(endpoint = "auth/activate-again", output = Json)]
pub async fn activate_again(token: String) -> Result<(), AppError> {
    let request = request()?;
    activation::again(&request.services, &token, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect(&format!("/activate/{token}?sent=1"));
    Ok(())
}

/// Sets a new password: uses the recovery link up.
#[server(endpoint = "auth/reset", output = Json)]
pub async fn reset_password(
    token: String,
    #[server(default)] choice: String,
    #[server(default)] offered: String,
    #[server(default)] password: String,
    #[server(default)] remember: bool,
) -> Result<(), AppError> {
    let command = command(token, &choice, offered, password, remember);
    set_password(Purpose::Recovery, command).await
}

/// Asks for a recovery link.
#[server(endpoint = "auth/forgot", output = Json)]
pub async fn forgot(#[server(default)] login: String) -> Result<(), AppError> {
    let request = request()?;
    let id = recovery::request(&request.services, &request.actor, &login, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect(&format!("/login/code?c={id}"));
    Ok(())
}

fn parse(text: &str) -> Result<ChallengeId, AppError> {
    text.parse()
        .map_err(|_| fail(services::ServiceError::NotFound))
}

/// Judges a code from an SMS.
#[server(endpoint = "auth/code", output = Json)]
pub async fn type_code(challenge: String, #[server(default)] code: String) -> Result<(), AppError> {
    let request = request()?;
    let id = parse(&challenge)?;
    let (services, actor) = (&request.services, &request.actor);
    let opened = codes::verify(services, actor, id, &code, request.lang)
        .await
        .map_err(fail)?;
    leptos_axum::redirect(&match opened {
        Opened::Password(Purpose::Activation, secret) => format!("/activate/{secret}"),
        Opened::Password(_, secret) => format!("/reset-password/{secret}"),
        Opened::Phone => "/profile/contacts?done=phone".to_owned(),
    });
    Ok(())
}

/// Sends another code.
#[server(endpoint = "auth/code-again", output = Json)]
pub async fn send_code_again(
    challenge: String,
    #[server(default)] registration: Option<String>,
    #[server(default)] kept: Option<String>,
) -> Result<(), AppError> {
    let request = request()?;
    let id = parse(&challenge)?;
    codes::again(&request.services, &request.actor, id, request.lang)
        .await
        .map_err(fail)?;
    let place = format!("/login/code?c={id}&sent=1");
    leptos_axum::redirect(&match registration {
        Some(registration) => SecondStep { registration, kept }.behind(&place),
        None => place,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::safe_next;
    use proptest::prelude::*;

    proptest! {
        /// As a browser reads it, whatever was written.
        #[test]
        fn no_text_leads_to_another_site(text in "(/|//|\\\\|https:|\t|javascript:)?[a-z./\\\\:@?#%\t\r\n]{0,40}") {
            let here = url::Url::parse("https://lk.example/login").unwrap();
            let there = here.join(safe_next(&text)).unwrap();
            prop_assert_eq!(there.origin(), here.origin());
        }
    }

    #[test]
    fn only_own_paths_follow_a_sign_in() {
        assert_eq!(
            safe_next("/payments/top-up?sum=1"),
            "/payments/top-up?sum=1"
        );
        for foreign in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/login",
            "/a\r\nSet-Cookie: x",
            "home",
            "/ü",
        ] {
            assert_eq!(safe_next(foreign), "/home", "{foreign}");
        }
    }
}
