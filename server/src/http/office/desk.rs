//! What the staff alone have: subscribers who cannot come in, refunds, the log of what was done.

use super::super::State;
use super::super::request::query;
use super::{Then, form, page};
use app::features::office::refunds::PATH as REFUNDS;
use app::features::office::restore::PATH as SUBSCRIBERS;
use app::office::OfficePage;
use axum::Router;
use axum::extract::{Path, Request, State as Extract};
use axum::response::Response;
use axum::routing::{get, post};
use domain::ids::{CaseId, RefundId};
use domain::office::{Door, Right};
use services::ServiceError;
use services::office::audit;
use services::office::case::{self, Answers};
use services::office::refunds;
use services::office::replacement::{self, Replacement};
use services::office::restore;

/// The routes of the staff alone.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/staff/audit", get(read_audit))
        .route(REFUNDS, get(refund_queue))
        .route(&format!("{REFUNDS}/{{id}}"), get(one_refund))
        .route(&format!("{REFUNDS}/{{id}}/{{what}}"), post(decide_refund))
        .route(SUBSCRIBERS, get(search).post(find_subscriber))
        .route(&format!("{SUBSCRIBERS}/{{id}}/access"), get(subscriber))
        .route(&format!("{SUBSCRIBERS}/{{id}}/access/{{step}}"), post(help))
}

async fn read_audit(Extract(state): Extract<State>, request: Request) -> Response {
    page(&state, Door::Staff, request, async |looking| {
        let about = query(&looking.parts, "q").unwrap_or_default();
        let page = query(&looking.parts, "page")
            .and_then(|page| page.parse().ok())
            .unwrap_or(1);
        let log = audit::read(&looking.services, &looking.actor, &about, page).await?;
        Ok(OfficePage::Audit(log))
    })
    .await
}

async fn refund_queue(Extract(state): Extract<State>, request: Request) -> Response {
    page(&state, Door::Staff, request, async |looking| {
        Ok(OfficePage::Refunds {
            queue: refunds::list(&looking.services, &looking.actor).await?,
            done: query(&looking.parts, "done"),
        })
    })
    .await
}

fn refund_id(text: &str) -> Result<RefundId, ServiceError> {
    text.parse().map_err(|_| ServiceError::NotFound)
}

async fn one_refund(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    page(&state, Door::Staff, request, async move |looking| {
        // Nobody who has not come in learns which addresses there are.
        looking.actor.member()?;
        let shown = refunds::look(&looking.services, &looking.actor, refund_id(&id)?).await?;
        Ok(OfficePage::Refund(shown))
    })
    .await
}

async fn decide_refund(
    Extract(state): Extract<State>,
    Path((id, what)): Path<(String, String)>,
    request: Request,
) -> Response {
    let on = format!("{REFUNDS}/{id}");
    form(&state, Door::Staff, &on, request, async move |posted| {
        let (services, actor) = (&posted.services, &posted.actor);
        actor.member()?;
        let id = refund_id(&id)?;
        match what.as_str() {
            "approve" => {
                refunds::approve(services, actor, id).await?;
                Ok(Then::To(format!("{REFUNDS}?done=approved")))
            }
            "decline" => {
                refunds::decline(services, actor, id, &posted.field("reason")).await?;
                Ok(Then::To(format!("{REFUNDS}?done=declined")))
            }
            _ => Err(ServiceError::NotFound),
        }
    })
    .await
}

async fn search(Extract(state): Extract<State>, request: Request) -> Response {
    page(&state, Door::Staff, request, async |looking| {
        looking.actor.may(Right::RestoreAccess)?;
        Ok(OfficePage::FindSubscriber)
    })
    .await
}

async fn find_subscriber(Extract(state): Extract<State>, request: Request) -> Response {
    form(&state, Door::Staff, SUBSCRIBERS, request, async |posted| {
        let number = posted.field("number");
        let id = case::find(&posted.services, &posted.actor, &number).await?;
        Ok(Then::To(format!("{SUBSCRIBERS}/{id}/access")))
    })
    .await
}

fn case_id(text: &str) -> Result<CaseId, ServiceError> {
    text.parse().map_err(|_| ServiceError::NotFound)
}

async fn subscriber(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    page(&state, Door::Staff, request, async move |looking| {
        // Who is not signed in learns nothing of which addresses there are.
        looking.actor.member()?;
        let id = case_id(&id)?;
        Ok(OfficePage::Subscriber {
            case: case::look(&looking.services, &looking.actor, id).await?,
            done: query(&looking.parts, "done"),
        })
    })
    .await
}

/// Checks who it is, sends a link, replaces a card.
async fn help(
    Extract(state): Extract<State>,
    Path((id, step)): Path<(String, String)>,
    request: Request,
) -> Response {
    let on = format!("{SUBSCRIBERS}/{id}/access");
    let next = on.clone();
    form(&state, Door::Staff, &on, request, async move |posted| {
        let (services, actor) = (&posted.services, &posted.actor);
        let id = case_id(&id)?;
        match step.as_str() {
            "check" => {
                let answers = Answers {
                    surname: posted.field("surname"),
                    contract: posted.field("contract"),
                    card: posted.field("card"),
                    reference: posted.field("reference"),
                    code: posted.field("code"),
                };
                case::check(services, actor, id, &answers).await?;
                Ok(Then::To(format!("{next}?done=checked")))
            }
            "replace" => {
                let form = Replacement {
                    card: posted.field("card"),
                    number: posted.field("number"),
                    reason: posted.field("reason"),
                    sure: posted.field("sure"),
                };
                replacement::replace(services, actor, id, &form).await?;
                Ok(Then::To(format!("{next}?done=replaced")))
            }
            "send" => {
                restore::send(services, actor, id, &posted.field("contact")).await?;
                Ok(Then::To(format!("{next}?done=sent")))
            }
            _ => Err(ServiceError::NotFound),
        }
    })
    .await
}
