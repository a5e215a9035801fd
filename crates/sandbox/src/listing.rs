//! The lists of payments, refunds and receipts: filters, pages, the cursor. It may not change anything.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::error::ApiError;
use crate::model::{MethodKind, Payment, Progress, Status};
use crate::receipt::About;
use crate::refund::Refund;
use crate::registration::Receipt;
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

/// Which part of a list is asked for.
#[derive(Debug)]
struct Part {
    limit: usize,
    /// The last one of the page before.
    cursor: Option<String>,
}

impl Default for Part {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            cursor: None,
        }
    }
}

impl Part {
    /// Reads what belongs to every list; false for another name.
    fn read(&mut self, name: &str, value: &str) -> Result<bool, ApiError> {
        match name {
            "limit" => {
                let limit = value
                    .parse()
                    .ok()
                    .filter(|limit| (1..=MAX_LIMIT).contains(limit));
                self.limit = limit
                    .ok_or_else(|| ApiError::invalid(name, "A number from 1 to 100 is expected"))?;
            }
            "cursor" => self.cursor = Some(value.to_owned()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The part of what is in the order of the list.
    fn of<'a, T: 'a>(
        &self,
        all: impl Iterator<Item = &'a T>,
        id: fn(&T) -> &str,
        holds: impl Fn(&T) -> bool,
        show: impl Fn(&T) -> Value,
    ) -> Result<Value, ApiError> {
        let mut passed = self.cursor.is_none();
        let mut items = Vec::new();
        let mut last = None;
        let mut more = false;
        for found in all {
            if !passed {
                passed = self.cursor.as_deref() == Some(id(found));
                continue;
            }
            if !holds(found) {
                continue;
            }
            if items.len() == self.limit {
                more = true;
                break;
            }
            items.push(show(found));
            last = Some(id(found).to_owned());
        }
        if !passed {
            return Err(ApiError::invalid("cursor", "There is no such cursor"));
        }
        Ok(wire::list(&items, last.filter(|_| more)))
    }
}

/// Reads a bound of a span, as `created_at.gte`; other names are ignored.
fn read_span(
    name: &str,
    value: &str,
    spans: &mut [(&'static str, &mut Span)],
) -> Result<(), ApiError> {
    let Some((field, bound)) = name.split_once('.') else {
        return Ok(());
    };
    let Some((_, span)) = spans.iter_mut().find(|(known, _)| *known == field) else {
        return Ok(());
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

/// Which payments are asked for.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    created: Span,
    captured: Span,
    status: Option<Status>,
    method: Option<MethodKind>,
    part: Part,
}

impl Filter {
    /// Reads a query; unknown names are ignored.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, ApiError> {
        let mut filter = Self::default();
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
                _ if filter.part.read(name, value)? => {}
                _ => read_span(
                    name,
                    value,
                    &mut [
                        ("created_at", &mut filter.created),
                        ("captured_at", &mut filter.captured),
                    ],
                )?,
            }
        }
        Ok(filter)
    }

    fn holds(&self, payment: &Payment) -> bool {
        let method = payment.method.as_ref().map(|method| method.kind);
        self.created.holds(Some(payment.created_at))
            && self.captured.holds(payment.captured_at)
            && self.status.is_none_or(|status| payment.status == status)
            && self.method.is_none_or(|kind| method == Some(kind))
    }
}

/// One page of payments, newest first.
pub(crate) fn payments(store: &Store, filter: &Filter) -> Result<Value, ApiError> {
    filter.part.of(
        store.newest_first(),
        |payment| &payment.id,
        |payment| filter.holds(payment),
        |payment| wire::payment(payment, store),
    )
}

/// Which receipts are asked for.
#[derive(Debug, Default)]
pub(crate) struct ReceiptFilter {
    created: Span,
    status: Option<Progress>,
    payment_id: Option<String>,
    refund_id: Option<String>,
    part: Part,
}

impl ReceiptFilter {
    /// Reads a query; unknown names are ignored.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, ApiError> {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "status" => {
                    let status = Progress::parse(value);
                    filter.status = Some(status.ok_or_else(|| {
                        ApiError::invalid(name.clone(), "There is no such status")
                    })?);
                }
                "payment_id" => filter.payment_id = Some(value.clone()),
                "refund_id" => filter.refund_id = Some(value.clone()),
                _ if filter.part.read(name, value)? => {}
                _ => read_span(name, value, &mut [("created_at", &mut filter.created)])?,
            }
        }
        if filter.payment_id.is_some() && filter.refund_id.is_some() {
            return Err(ApiError::invalid(
                "refund_id",
                "Either a payment or a refund is named",
            ));
        }
        Ok(filter)
    }

    fn holds(&self, receipt: &Receipt) -> bool {
        self.created.holds(Some(receipt.created_at))
            && self.status.is_none_or(|status| receipt.status == status)
            && self
                .payment_id
                .as_ref()
                .is_none_or(|id| receipt.about == About::payment(id))
            && self
                .refund_id
                .as_ref()
                .is_none_or(|id| receipt.about == About::refund(id))
    }
}

/// Which refunds are asked for.
#[derive(Debug, Default)]
pub(crate) struct RefundFilter {
    created: Span,
    status: Option<Progress>,
    payment_id: Option<String>,
    part: Part,
}

impl RefundFilter {
    /// Reads a query; unknown names are ignored.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, ApiError> {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "status" => {
                    let status = Progress::parse(value);
                    filter.status = Some(status.ok_or_else(|| {
                        ApiError::invalid(name.clone(), "There is no such status")
                    })?);
                }
                "payment_id" => filter.payment_id = Some(value.clone()),
                _ if filter.part.read(name, value)? => {}
                _ => read_span(name, value, &mut [("created_at", &mut filter.created)])?,
            }
        }
        Ok(filter)
    }

    fn holds(&self, refund: &Refund) -> bool {
        self.created.holds(Some(refund.created_at))
            && self.status.is_none_or(|status| refund.status == status)
            && self
                .payment_id
                .as_ref()
                .is_none_or(|id| refund.payment_id == *id)
    }
}

/// One page of refunds, newest first.
pub(crate) fn refunds(store: &Store, filter: &RefundFilter) -> Result<Value, ApiError> {
    filter.part.of(
        store.data.refunds.iter().rev(),
        |refund| &refund.id,
        |refund| filter.holds(refund),
        |refund| wire::refund(refund, store),
    )
}

/// One page of receipts, newest first.
pub(crate) fn receipts(store: &Store, filter: &ReceiptFilter) -> Result<Value, ApiError> {
    filter.part.of(
        store.data.receipts.iter().rev(),
        |receipt| &receipt.id,
        |receipt| filter.holds(receipt),
        wire::receipt,
    )
}
