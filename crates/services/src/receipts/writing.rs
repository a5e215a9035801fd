//! What is written down with the money: one receipt of an advance per credited top-up, and one per part of a
//! refund that has gone back.

use crate::billing::new_id;
use crate::{ServiceError, zone};
use domain::ids::{OpId, ReceiptId, RefundPartId};
use domain::receipt::{
    Line, MAY_SHOW_UP, Mode, ReceiptKind, ReceiptProblem, ReceiptState, Settled, Subject,
    look_pause, vat_on,
};
use domain::{ContractNumber, Money, Timestamp};
use gateways::acquirer::ReceiptTaken;
use storage::payment::Payment;
use storage::receipt::New;
use storage::refund::part::Part;
use storage::{Conn, receipt};

/// The line of a top-up: the same when it is sent with the payment and when it is written down, so it
/// depends on nothing but the payment. The rate is that of the day on which it was first sent, by the
/// clock of the operator, whose the register is. A refund says the same of its sum.
pub(crate) fn advance_line(
    sum: Money,
    contract: &ContractNumber,
    sent_at: Timestamp,
) -> Result<Line, ServiceError> {
    let rate = vat_on(zone::today(zone::OPERATOR, sent_at));
    let vat = rate
        .inside(sum)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(Line {
        name: format!("Пополнение лицевого счёта {}", contract.as_str()),
        sum,
        vat_code: rate.calculated_code,
        vat,
        mode: Mode::Advance,
        subject: Subject::Payment,
    })
}

/// A payment that has brought money, or gives it back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paid<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// Whose.
    pub contract: &'a ContractNumber,
    /// Has the acquirer taken the receipt along?
    pub taken: ReceiptTaken,
}

/// Writes the receipt of a credited payment, in the transaction of its money.
pub(crate) async fn write_advance(
    conn: &mut Conn,
    paid: &Paid<'_>,
    op: OpId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let found = paid.payment;
    write(
        conn,
        paid,
        (ReceiptKind::Advance, None),
        found.amount,
        op,
        now,
    )
    .await
}

/// Writes the receipt of a part of a refund that has gone back: it says what that of the payment said.
pub(crate) async fn write_refund(
    conn: &mut Conn,
    paid: &Paid<'_>,
    part: &Part,
    op: OpId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let kind = (ReceiptKind::Refund, Some(part.id));
    write(conn, paid, kind, part.amount, op, now).await
}

async fn write(
    conn: &mut Conn,
    paid: &Paid<'_>,
    (kind, refund_part): (ReceiptKind, Option<RefundPartId>),
    sum: Money,
    op: OpId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let found = paid.payment;
    let line = advance_line(sum, paid.contract, found.first_sent_at.unwrap_or(now))?;
    let (state, next_look_at, problem) = match paid.taken {
        // It was sent along: it takes some seconds to be registered.
        ReceiptTaken::Yes => (
            ReceiptState::Pending,
            Some(now.plus_seconds(look_pause(0))),
            None,
        ),
        // Nothing was said of it, and it may be there all the same.
        ReceiptTaken::No => (
            ReceiptState::Needed,
            Some(now.plus_seconds(MAY_SHOW_UP)),
            None,
        ),
        ReceiptTaken::Refused => {
            tracing::error!(payment = %found.id, kind = kind.code(), "receipt.refused: people must look");
            (ReceiptState::Manual, None, Some(ReceiptProblem::Refused))
        }
    };
    let new = New {
        id: ReceiptId(new_id()),
        kind,
        op,
        payment: Some(found.id),
        refund_part,
        contact: &found.receipt_email,
        settled: Settled {
            cashless: line.sum,
            ..Settled::default()
        },
        lines: &[line],
        state,
        problem,
        next_look_at,
    };
    receipt::insert(conn, found.subscriber, &new, now).await?;
    Ok(())
}
