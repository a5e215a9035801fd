//! The list of payments: filters, pages, the cursor. It may not change anything.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::error::ApiError;
use crate::model::{MethodKind, Payment, Status};
use crate::store::Store;
use crate::wire;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 100;

/// A span of moments.
#[derive(Debug, Default)]
struct Span {
    gte: Option<DateTime<Utc>>,
    gt: Option<DateTime<Utc>>,
    lte: Option<DateTime<Utc>>,
    lt: Option<DateTime<Utc>>,
}

impl Span {
    fn set(&mut self, bound: &str, at: DateTime<Utc>) -> bool {
        let place = match bound {
            "gte" => &mut self.gte,
            "gt" => &mut self.gt,
            "lte" => &mut self.lte,
            "lt" => &mut self.lt,
            _ => return false,
        };
        *place = Some(at);
        true
    }

    fn is_open(&self) -> bool {
        [self.gte, self.gt, self.lte, self.lt]
            .iter()
            .all(Option::is_none)
    }

    fn holds(&self, at: Option<DateTime<Utc>>) -> bool {
        let Some(at) = at else { return self.is_open() };
        self.gte.is_none_or(|bound| at >= bound)
            && self.gt.is_none_or(|bound| at > bound)
            && self.lte.is_none_or(|bound| at <= bound)
            && self.lt.is_none_or(|bound| at < bound)
    }
}

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Filter {
    created: Span,
    captured: Span,
    status: Option<Status>,
    method: Option<MethodKind>,
    limit: usize,
    /// The last payment of the page before.
    cursor: Option<String>,
}

impl Filter {
    /// Reads a query; unknown names are ignored.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, ApiError> {
        let mut filter = Self {
            created: Span::default(),
            captured: Span::default(),
            status: None,
            method: None,
            limit: DEFAULT_LIMIT,
            cursor: None,
        };
        for (name, value) in pairs {
            let wrong = |text: &str| ApiError::invalid(name.clone(), text);
            match name.as_str() {
                "status" => {
                    filter.status =
                        Some(Status::parse(value).ok_or_else(|| wrong("There is no such status"))?);
                }
                "payment_method" => {
                    let kind = MethodKind::parse(value);
                    filter.method =
                        Some(kind.ok_or_else(|| wrong("This shop has no such payment method"))?);
                }
                "limit" => {
                    let limit = value
                        .parse()
                        .ok()
                        .filter(|limit| (1..=MAX_LIMIT).contains(limit));
                    filter.limit =
                        limit.ok_or_else(|| wrong("A number from 1 to 100 is expected"))?;
                }
                "cursor" => filter.cursor = Some(value.clone()),
                _ => filter.read_span(name, value)?,
            }
        }
        Ok(filter)
    }

    fn read_span(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        let Some((field, bound)) = name.split_once('.') else {
            return Ok(());
        };
        let span = match field {
            "created_at" => &mut self.created,
            "captured_at" => &mut self.captured,
            _ => return Ok(()),
        };
        let at = DateTime::parse_from_rfc3339(value).map_err(|_| {
            ApiError::invalid(name, "A moment is expected, as 2026-01-31T10:00:00.000Z")
        })?;
        if span.set(bound, at.to_utc()) {
            Ok(())
        } else {
            Err(ApiError::invalid(name, "gte, gt, lte or lt is expected"))
        }
    }

    fn holds(&self, payment: &Payment) -> bool {
        let method = payment.method.as_ref().map(|method| method.kind);
        self.created.holds(Some(payment.created_at))
            && self.captured.holds(payment.captured_at)
            && self.status.is_none_or(|status| payment.status == status)
            && self.method.is_none_or(|kind| method == Some(kind))
    }
}

/// One page, newest first.
pub(crate) fn page(store: &Store, filter: &Filter, now: DateTime<Utc>) -> Result<Value, ApiError> {
    if filter
        .cursor
        .as_ref()
        .is_some_and(|id| store.payment(id).is_none())
    {
        return Err(ApiError::invalid("cursor", "There is no such cursor"));
    }
    let mut passed = filter.cursor.is_none();
    let mut items = Vec::new();
    let mut last = None;
    let mut more = false;
    for payment in store.newest_first() {
        if !passed {
            passed = filter.cursor.as_deref() == Some(payment.id.as_str());
            continue;
        }
        if !filter.holds(payment) {
            continue;
        }
        if items.len() == filter.limit {
            more = true;
            break;
        }
        items.push(wire::payment(payment, &store.shop, now));
        last = Some(payment.id.clone());
    }
    Ok(wire::list(&items, last.filter(|_| more)))
}
