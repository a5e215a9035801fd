//! What is written down with the money: one receipt of an advance per credited top-up.

use crate::billing::new_id;
use crate::{ServiceError, zone};
use domain::ids::{OpId, ReceiptId};
use domain::receipt::{
    Line, MAY_SHOW_UP, Mode, ReceiptKind, ReceiptProblem, ReceiptState, Settled, Subject,
    look_pause, vat_on,
};
use domain::{ContractNumber, Timestamp};
use gateways::acquirer::ReceiptTaken;
use storage::payment::Payment;
use storage::receipt::New;
use storage::{Conn, receipt};

/// The line of a top-up: the same when it is sent with the payment and when it is written down, so it
/// depends on nothing but the payment. The rate is that of the day on which it was first sent, by the
/// clock of the operator, whose the register is.
pub(crate) fn advance_line(
    found: &Payment,
    contract: &ContractNumber,
    sent_at: Timestamp,
) -> Result<Line, ServiceError> {
    let rate = vat_on(zone::today(zone::OPERATOR, sent_at));
    let vat = rate
        .inside(found.amount)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(Line {
        name: format!("Пополнение лицевого счёта {}", contract.as_str()),
        sum: found.amount,
        vat_code: rate.calculated_code,
        vat,
        mode: Mode::Advance,
        subject: Subject::Payment,
    })
}

/// A payment that has brought money.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paid<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// Whose.
    pub contract: &'a ContractNumber,
    /// Has the acquirer taken the receipt with it?
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
    let line = advance_line(found, paid.contract, found.first_sent_at.unwrap_or(now))?;
    let (state, next_look_at, problem) = match paid.taken {
        // It was sent with the payment: it takes some seconds to be registered.
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
            tracing::error!(payment = %found.id, "receipt.refused: people must look");
            (ReceiptState::Manual, None, Some(ReceiptProblem::Refused))
        }
    };
    let new = New {
        id: ReceiptId(new_id()),
        kind: ReceiptKind::Advance,
        op,
        payment: Some(found.id),
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
