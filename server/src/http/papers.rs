//! The books of a wallet: expenses, statements and receipts, as pages and as files.

use super::State;
use super::account::account;
use super::files::{self, File};
use super::pages::Loading;
use app::account::AccountPage;
use app::features::receipts::Paper;
use app::features::statement::{self, Asked};
use app::pdf;
use axum::extract::{Path, Request, State as Extract};
use axum::response::{Redirect, Response};
use domain::spending;
use domain::statement::Span;
use services::{ServiceError, expenses, receipts};

/// What services have cost, and operations.
pub async fn expenses_page(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let text = |name| loading.query(name).unwrap_or_default();
        let asked = spending::Asked {
            month: spending::month_from(&text("month")),
            direction: spending::Direction::from_code(&text("show")),
            before: text("before").parse().ok(),
        };
        let page = expenses::page(services, actor, asked).await?;
        Ok(AccountPage::Expenses(page))
    })
    .await
}

/// One operation.
pub async fn operation(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    account(&state, request, async move |loading| {
        let (services, actor) = loading.who();
        let id = id.parse().map_err(|_| ServiceError::NotFound)?;
        let shown = expenses::one(services, actor, id).await?;
        Ok(AccountPage::Operation(Box::new(shown)))
    })
    .await
}

/// Which days a statement is asked for: as typed, and as understood.
async fn asked(loading: &Loading) -> Result<(Asked, Option<Span>), ServiceError> {
    let (services, actor) = loading.who();
    let today = expenses::today(services, actor).await?;
    let text = |name| loading.query(name).unwrap_or_default();
    let (from, to) = (text("from"), text("to"));
    Ok(match Span::parse(&from, &to, today) {
        // What was understood is shown as the browser's field wants it.
        Ok(span) => {
            let asked = Asked {
                from: span.from.to_string(),
                to: span.to.to_string(),
                errors: Vec::new(),
            };
            (asked, Some(span))
        }
        Err(errors) => (Asked { from, to, errors }, None),
    })
}

/// The statement of some days.
pub async fn statement_page(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (asked, span) = asked(&loading).await?;
        let (services, actor) = loading.who();
        let found = match span {
            Some(span) => Some(expenses::statement(services, actor, span).await?),
            None => None,
        };
        Ok(AccountPage::Statement { asked, found })
    })
    .await
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    Pdf,
}

/// The statement as a table. What cannot be read is told by the page.
pub async fn statement_table(Extract(state): Extract<State>, request: Request) -> Response {
    statement_file(&state, request, Kind::Table).await
}

/// The statement as a document.
pub async fn statement_pdf(Extract(state): Extract<State>, request: Request) -> Response {
    statement_file(&state, request, Kind::Pdf).await
}

async fn statement_file(state: &State, request: Request, kind: Kind) -> Response {
    files::give(state, request, async |loading| {
        let (asked, span) = asked(&loading).await?;
        let Some(span) = span else {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("from", asked.from), ("to", asked.to)])
                .finish();
            return Ok(Err(Redirect::to(&format!("/expenses/statement?{query}"))));
        };
        let (services, actor) = loading.who();
        let found = expenses::statement(services, actor, span).await?;
        let lang = loading.lang();
        let (contract, Span { from, to }) = (found.contract.as_str().to_owned(), found.span);
        let (extension, content_type) = match kind {
            Kind::Table => ("csv", "text/csv; charset=utf-8"),
            Kind::Pdf => ("pdf", PDF),
        };
        let bytes = files::made(move || match kind {
            Kind::Table => statement::table(lang, &found).map_err(|error| error.to_string()),
            Kind::Pdf => pdf::statement::make(lang, &found).map_err(|error| error.to_string()),
        })
        .await?;
        Ok(Ok(File {
            name: format!("statement-{contract}-{from}-{to}.{extension}"),
            content_type,
            bytes,
        }))
    })
    .await
}

/// A receipt as a document.
pub async fn receipt_pdf(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    files::give(&state, request, async move |loading| {
        let (services, actor) = loading.who();
        let id = id.parse().map_err(|_| ServiceError::NotFound)?;
        let shown = receipts::one(services, actor, id).await?;
        let Some(fiscal) = shown.fiscal.clone() else {
            return Ok(Err(Redirect::to(&format!("/receipts/{id}"))));
        };
        let paper = Paper::from_query(loading.query("paper").as_deref());
        let name = format!("receipt-{}.pdf", fiscal.document);
        let bytes = files::made(move || {
            pdf::receipt::make(&shown, &fiscal, paper).map_err(|error| error.to_string())
        })
        .await?;
        Ok(Ok(File {
            name,
            content_type: PDF,
            bytes,
        }))
    })
    .await
}

const PDF: &str = "application/pdf";

/// Receipts, newest first.
pub async fn receipts(Extract(state): Extract<State>, request: Request) -> Response {
    account(&state, request, async |loading| {
        let (services, actor) = loading.who();
        let before = match loading.query("before") {
            Some(id) => Some(id.parse().map_err(|_| ServiceError::NotFound)?),
            None => None,
        };
        let page = receipts::page(services, actor, before).await?;
        Ok(AccountPage::Receipts(page))
    })
    .await
}

/// One receipt.
pub async fn receipt(
    Extract(state): Extract<State>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    account(&state, request, async move |loading| {
        let (services, actor) = loading.who();
        let id = id.parse().map_err(|_| ServiceError::NotFound)?;
        Ok(AccountPage::Receipt {
            shown: Box::new(receipts::one(services, actor, id).await?),
            paper: Paper::from_query(loading.query("paper").as_deref()),
            done: loading.query("done"),
        })
    })
    .await
}
