//! The doors of partners and staff: pages by GET, forms posted to the pages' own addresses. Nothing
//! here is for scripts, so there are no server functions. Nothing of these pages stays in a cache.

mod desk;

pub use desk::routes as staff_routes;

use super::State;
use super::api::{fields, form_of, retry_at, with_draft};
use super::pages::{not_found_by, plain};
use super::request::{AtDoor, Incoming, ended_at, office_session, query};
use app::features::auth::api::is_own_path;
use app::features::auth::password::takes_offered;
use app::features::office::people_path;
use app::features::office::restore::PATH as SUBSCRIBERS;
use app::features::office::sign_in::Ended;
use app::office::OfficePage;
use axum::Router;
use axum::extract::{Path, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::ids::PersonId;
use domain::office::{Door, Right};
use leptos::prelude::provide_context;
use services::access::sessions::NewSession;
use services::drafts::Draft;
use services::office::people::{Change, Invite};
use services::office::sign_in::SignIn;
use services::office::{self, OfficeActor, enrolment, people, security, sign_in};
use services::{ServiceError, Services};
use std::collections::BTreeMap;
use std::future::Future;
use uuid::Uuid;

/// The routes that both doors have.
pub fn routes(door: Door) -> Router<State> {
    let base = format!("/{}", door.code());
    let at = |path: &str| format!("{base}{path}");
    let people = people_path(door);
    Router::new()
        .route(
            &base,
            get(async move |state, request| home(state, door, request).await),
        )
        .route(
            &at("/login"),
            get(async move |state, request| login(state, door, request).await)
                .post(async move |state, request| enter(state, door, request).await),
        )
        .route(
            &at("/logout"),
            post(async move |state, request| leave(state, door, request).await),
        )
        .route(
            &at("/invite/{token}"),
            get(async move |state, token, request| invitation(state, door, token, request).await),
        )
        .route(
            &at("/invite/{token}/{step}"),
            post(async move |state, path, request| enrol(state, door, path, request).await),
        )
        .route(
            &at("/{*other}"),
            get(async move |state, request| nothing(state, door, request).await),
        )
        .route(
            &at("/security"),
            get(async move |state, request| own_security(state, door, request).await),
        )
        .route(
            &at("/security/codes"),
            get(async move |state, request| codes(state, door, request).await)
                .post(async move |state, request| keep_codes(state, door, request).await),
        )
        .route(
            &at("/security/others"),
            post(async move |state, request| end_others(state, door, request).await),
        )
        .route(
            &at("/security/again"),
            post(async move |state, request| again(state, door, request).await),
        )
        .route(
            people,
            get(async move |state, request| list(state, door, request).await),
        )
        .route(
            &format!("{people}/new"),
            get(async move |state, request| new_person(state, door, request).await)
                .post(async move |state, request| invite(state, door, request).await),
        )
        .route(
            &format!("{people}/{{id}}"),
            get(async move |state, id, request| person(state, door, id, request).await),
        )
        .route(
            &format!("{people}/{{id}}/{{what}}"),
            post(async move |state, path, request| change(state, door, path, request).await),
        )
}

/// May somebody at this address stand at this door at all?
fn is_let_near(state: &State, door: Door, actor: &OfficeActor) -> bool {
    let networks = &state.staff_networks;
    door == Door::Partner
        || networks.is_empty()
        || actor
            .guest
            .origin
            .address
            .is_some_and(|address| networks.iter().any(|network| network.contains(&address)))
}

/// Who stands at the door; for those who may not, or when nobody can tell, the answer.
async fn at_door(state: &State, door: Door, parts: &Parts) -> Result<AtDoor, Response> {
    match AtDoor::read(state, door, parts).await {
        Ok(at) if is_let_near(state, door, &at.actor) => Ok(at),
        Ok(AtDoor { incoming, actor }) => {
            Err(show(&incoming, &actor, parts, OfficePage::Closed).await)
        }
        Err((incoming, error)) => {
            tracing::warn!(%error, "door.unavailable");
            Err(broken(&incoming, door, parts).await)
        }
    }
}

/// Renders a page behind a door.
async fn show(
    incoming: &Incoming,
    actor: &OfficeActor,
    parts: &Parts,
    page: OfficePage,
) -> Response {
    let (request, actor) = (incoming.request.clone(), actor.clone());
    let context = request.clone();
    let handler = leptos_axum::render_app_async_with_context(
        move || provide_context(context.clone()),
        move || page.document(&request, &actor),
    );
    let mut response = handler(plain(parts)).await.into_response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    incoming.finish(response)
}

/// Nobody can tell who asks, or keep what was typed.
async fn broken(incoming: &Incoming, door: Door, parts: &Parts) -> Response {
    let request = &incoming.request;
    let (origin, lang) = (request.actor.origin.clone(), request.lang);
    let nobody = office::guest(door, origin, "", lang);
    show(incoming, &nobody, parts, unanswered(parts)).await
}

fn unanswered(parts: &Parts) -> OfficePage {
    OfficePage::Broken {
        again: retry_at(parts),
    }
}

/// Where somebody signs in who was sent away from a page.
fn door_of(door: Door, path: &str, ended: Option<Ended>) -> String {
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let ended = ended.map_or(String::new(), |how| format!("&ended={}", how.code()));
    format!("/{}/login?next={next}{ended}", door.code())
}

/// Who has come in, for the log.
fn whom(actor: &OfficeActor) -> Option<String> {
    let member = actor.member.as_ref();
    member.map(|member| member.person.to_string())
}

/// What a page may look at while it is loaded.
struct Looking {
    services: std::sync::Arc<Services>,
    actor: OfficeActor,
    parts: Parts,
}

/// Reads the request, lets `load` find the page; trouble becomes its own page.
async fn page<F>(
    state: &State,
    door: Door,
    request: Request,
    load: impl FnOnce(Looking) -> F,
) -> Response
where
    F: Future<Output = Result<OfficePage, ServiceError>>,
{
    let (parts, _) = request.into_parts();
    let AtDoor { incoming, actor } = match at_door(state, door, &parts).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let looking = Looking {
        services: state.services.clone(),
        actor: actor.clone(),
        parts: parts.clone(),
    };
    match load(looking).await {
        Ok(page) => show(&incoming, &actor, &parts, page).await,
        Err(ServiceError::SignedOut) => {
            let response = Redirect::to(&door_of(door, &incoming.request.path, None));
            incoming.finish(response.into_response())
        }
        Err(ServiceError::NotFound) => {
            not_found_by(&incoming, whom(&actor).as_deref());
            show(&incoming, &actor, &parts, OfficePage::NotFound).await
        }
        Err(error) => {
            tracing::error!(%error, request_id = %incoming.request.id, "page.failed");
            show(&incoming, &actor, &parts, unanswered(&parts)).await
        }
    }
}

/// A posted form.
struct Posted {
    services: std::sync::Arc<Services>,
    actor: OfficeActor,
    form: BTreeMap<String, String>,
}

impl Posted {
    fn field(&self, name: &str) -> String {
        self.form.get(name).cloned().unwrap_or_default()
    }
}

/// How a form ends.
enum Then {
    /// Another page.
    To(String),
    /// Somebody has come in.
    In(NewSession, String),
    /// Somebody has gone out.
    Out,
}

/// Reads a form that stands on `on`, lets `act` do what it asks, and answers with the next page. A
/// refused form is kept and shown again with what was typed; so is one whose session has ended.
async fn form<F>(
    state: &State,
    door: Door,
    on: &str,
    request: Request,
    act: impl FnOnce(Posted) -> F,
) -> Response
where
    F: Future<Output = Result<Then, ServiceError>>,
{
    let (parts, body) = request.into_parts();
    let form = match form_of(&parts, body).await {
        Ok(form) => fields(&form),
        Err(refused) => return refused.into_response(),
    };
    let AtDoor { incoming, actor } = match at_door(state, door, &parts).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    let posted = Posted {
        services: state.services.clone(),
        actor: actor.clone(),
        form: form.clone(),
    };
    let response = match act(posted).await {
        Ok(then) => answer(door, then),
        Err(ServiceError::Invalid(errors)) => {
            let owner = actor.member.as_ref().map(|member| member.person.0);
            let to = |id: String| with_draft(on, &id);
            kept(
                state,
                &incoming,
                door,
                &parts,
                (on, owner),
                Draft {
                    fields: form,
                    errors,
                },
                to,
            )
            .await
        }
        Err(ServiceError::SignedOut) => {
            let owner = ended_at(state, door, &parts).await;
            match owner {
                Some(_) if survives(on) => {
                    let to = |id: String| door_of(door, &with_draft(on, &id), Some(Ended::Kept));
                    let typed = Draft {
                        fields: form,
                        errors: Vec::new(),
                    };
                    kept(state, &incoming, door, &parts, (on, owner), typed, to).await
                }
                // A page of the session that is over; what a caller has said is not kept either.
                Some(_) => {
                    Redirect::to(&door_of(door, SUBSCRIBERS, Some(Ended::Lost))).into_response()
                }
                None => Redirect::to(&door_of(door, on, None)).into_response(),
            }
        }
        Err(ServiceError::NotFound) => {
            not_found_by(&incoming, whom(&actor).as_deref());
            return show(&incoming, &actor, &parts, OfficePage::NotFound).await;
        }
        Err(error) => {
            tracing::error!(%error, request_id = %incoming.request.id, "form.failed");
            return show(&incoming, &actor, &parts, unanswered(&parts)).await;
        }
    };
    incoming.finish(response)
}

/// Is a page there for the next session of the same person too? A subscriber who was opened is not.
fn survives(page: &str) -> bool {
    !page.starts_with(&format!("{SUBSCRIBERS}/"))
}

/// Keeps a form that could not be taken and leads to where it is shown again.
async fn kept(
    state: &State,
    incoming: &Incoming,
    door: Door,
    parts: &Parts,
    (page, owner): (&str, Option<Uuid>),
    draft: Draft,
    to: impl FnOnce(String) -> String,
) -> Response {
    let (services, actor) = (&state.services, &incoming.request.actor);
    match services::drafts::keep(services, actor, page, owner, draft).await {
        Ok(id) => Redirect::to(&to(id.to_string())).into_response(),
        Err(error) => {
            tracing::warn!(%error, "form.not_kept");
            broken(incoming, door, parts).await
        }
    }
}

fn answer(door: Door, then: Then) -> Response {
    let (to, cookie) = match then {
        Then::To(to) => (to, None),
        Then::In(session, to) => (to, Some(office_session(door, Some(&session.token)))),
        Then::Out => (
            format!("/{}/login", door.code()),
            Some(office_session(door, None)),
        ),
    };
    let mut response = Redirect::to(&to).into_response();
    if let Some(cookie) = cookie {
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, value);
        }
        headers.insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    }
    response
}

/// Only a page behind the same door may follow a sign-in.
fn safe_next(door: Door, next: &str) -> String {
    let base = format!("/{}", door.code());
    let inside = next == base
        || next
            .strip_prefix(&base)
            .is_some_and(|rest| rest.starts_with('/'));
    let login = format!("{base}/login");
    if inside && is_own_path(next) && !next.starts_with(&login) {
        next.to_owned()
    } else {
        base
    }
}

async fn login(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let AtDoor { incoming, actor } = match at_door(&state, door, &parts).await {
        Ok(found) => found,
        Err(elsewhere) => return elsewhere,
    };
    if actor.member.is_some() {
        return Redirect::to(&format!("/{}", door.code())).into_response();
    }
    let page = OfficePage::SignIn {
        next: query(&parts, "next").unwrap_or_default(),
        ended: query(&parts, "ended").and_then(|how| Ended::from_code(&how)),
    };
    show(&incoming, &actor, &parts, page).await
}

async fn enter(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    let on = format!("/{}/login", door.code());
    form(&state, door, &on, request, async |posted| {
        let command = SignIn {
            login: posted.field("login"),
            password: posted.field("password"),
            code: posted.field("code"),
        };
        let session = sign_in::sign_in(&posted.services, &posted.actor, &command).await?;
        Ok(Then::In(session, safe_next(door, &posted.field("next"))))
    })
    .await
}

async fn leave(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    let on = format!("/{}", door.code());
    form(&state, door, &on, request, async |posted| {
        office::sign_out(&posted.services, &posted.actor).await?;
        Ok(Then::Out)
    })
    .await
}

async fn nothing(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    page(&state, door, request, async |_| Err(ServiceError::NotFound)).await
}

async fn home(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    page(&state, door, request, async |looking| {
        looking.actor.member()?;
        Ok(OfficePage::Home)
    })
    .await
}

async fn invitation(
    Extract(state): Extract<State>,
    door: Door,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    page(&state, door, request, async move |looking| {
        let step = enrolment::look(&looking.services, &looking.actor, &token).await?;
        Ok(OfficePage::Invite { token, step })
    })
    .await
}

async fn enrol(
    Extract(state): Extract<State>,
    door: Door,
    Path((token, step)): Path<(String, String)>,
    request: Request,
) -> Response {
    // It becomes part of an address.
    if !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return nothing(Extract(state), door, request).await;
    }
    let on = format!("/{}/invite/{token}", door.code());
    let next = on.clone();
    form(&state, door, &on, request, async move |posted| {
        let (services, actor) = (&posted.services, &posted.actor);
        match step.as_str() {
            "password" => {
                let own = posted.field("password");
                let password = if takes_offered(&posted.field("choice"), &own) {
                    posted.field("offered")
                } else {
                    own
                };
                enrolment::choose_password(services, actor, &token, &password).await?;
                Ok(Then::To(next))
            }
            "back" => {
                enrolment::choose_again(services, actor, &token).await?;
                Ok(Then::To(next))
            }
            "code" => {
                let code = posted.field("code");
                let session = enrolment::finish(services, actor, &token, &code).await?;
                Ok(Then::In(
                    session,
                    format!("/{}/security/codes", door.code()),
                ))
            }
            _ => Err(ServiceError::NotFound),
        }
    })
    .await
}

async fn own_security(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    page(&state, door, request, async |looking| {
        Ok(OfficePage::Security {
            security: security::load(&looking.services, &looking.actor).await?,
            done: query(&looking.parts, "done"),
        })
    })
    .await
}

async fn codes(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    page(&state, door, request, async |looking| {
        let codes = enrolment::codes(&looking.services, &looking.actor).await?;
        if codes.is_empty() {
            return Err(ServiceError::NotFound);
        }
        Ok(OfficePage::Codes(codes))
    })
    .await
}

async fn keep_codes(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    let on = format!("/{}/security/codes", door.code());
    form(&state, door, &on, request, async |posted| {
        enrolment::keep_codes(&posted.services, &posted.actor).await?;
        Ok(Then::To(format!("/{}", door.code())))
    })
    .await
}

async fn end_others(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    let on = format!("/{}/security", door.code());
    let then = format!("{on}?done=others");
    form(&state, door, &on, request, async |posted| {
        security::end_others(&posted.services, &posted.actor).await?;
        Ok(Then::To(then))
    })
    .await
}

async fn again(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    let on = format!("/{}/security", door.code());
    form(&state, door, &on, request, async |posted| {
        let (password, code) = (posted.field("password"), posted.field("code"));
        let token = enrolment::again(&posted.services, &posted.actor, &password, &code).await?;
        Ok(Then::To(format!("/{}/invite/{token}", door.code())))
    })
    .await
}

async fn list(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    page(&state, door, request, async |looking| {
        Ok(OfficePage::People {
            people: people::list(&looking.services, &looking.actor).await?,
            done: query(&looking.parts, "done"),
        })
    })
    .await
}

async fn new_person(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    page(&state, door, request, async |looking| {
        looking.actor.may(Right::ManagePeople)?;
        Ok(OfficePage::NewPerson)
    })
    .await
}

async fn invite(Extract(state): Extract<State>, door: Door, request: Request) -> Response {
    let on = format!("{}/new", people_path(door));
    form(&state, door, &on, request, async |posted| {
        let command = Invite {
            name: posted.field("name"),
            login: posted.field("login"),
            email: posted.field("email"),
            role: posted.field("role"),
            code: posted.field("code"),
        };
        people::invite(&posted.services, &posted.actor, &command).await?;
        Ok(Then::To(format!("{}?done=invited", people_path(door))))
    })
    .await
}

fn person_id(text: &str) -> Result<PersonId, ServiceError> {
    text.parse().map_err(|_| ServiceError::NotFound)
}

async fn person(
    Extract(state): Extract<State>,
    door: Door,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    page(&state, door, request, async move |looking| {
        // Who is not signed in learns nothing of which ids there are.
        looking.actor.member()?;
        let one = people::one(&looking.services, &looking.actor, person_id(&id)?).await?;
        Ok(OfficePage::Person(one))
    })
    .await
}

async fn change(
    Extract(state): Extract<State>,
    door: Door,
    Path((id, what)): Path<(String, String)>,
    request: Request,
) -> Response {
    let on = format!("{}/{id}", people_path(door));
    form(&state, door, &on, request, async move |posted| {
        let what = match what.as_str() {
            "role" => Change::Role(posted.field("role")),
            "block" => Change::Block,
            "unblock" => Change::Unblock,
            "reset" => Change::Reset,
            _ => return Err(ServiceError::NotFound),
        };
        let code = posted.field("code");
        let id = person_id(&id)?;
        people::change(&posted.services, &posted.actor, id, &what, &code).await?;
        Ok(Then::To(format!("{}?done=changed", people_path(door))))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::safe_next;
    use domain::office::Door;

    #[test]
    fn only_pages_behind_the_same_door_follow_a_sign_in() {
        assert_eq!(
            safe_next(Door::Staff, "/staff/users?f=1"),
            "/staff/users?f=1"
        );
        assert_eq!(safe_next(Door::Partner, "/partner"), "/partner");
        for elsewhere in [
            "",
            "/home",
            "/partner/people",
            "/staffroom",
            "//evil.example",
            "https://evil.example/staff",
            "/staff/login",
            "/staff/\\evil.example",
            "/staff/\r\nSet-Cookie: x",
        ] {
            assert_eq!(safe_next(Door::Staff, elsewhere), "/staff", "{elsewhere}");
        }
    }
}
