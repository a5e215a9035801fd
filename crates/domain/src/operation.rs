//! Operations as the subscriber reads them: each change of the wallet is one row, so the rows always
//! add up to the balance.

use crate::billing::Period;
use crate::ids::{OpId, PaymentId, ReceiptId};
use crate::receipt::{ReceiptKind, ReceiptState};
use crate::{ContractNumber, Date, LocalTime, Money};
use serde::{Deserialize, Serialize};

/// What changed the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Money came in.
    TopUp,
    /// A prepaid card was redeemed.
    Voucher,
    /// A period of a tariff was charged.
    Charge,
    /// A promised payment was lent.
    PromiseGrant,
    /// A promised payment was repaid.
    PromiseRepaid,
    /// What a promised payment costs.
    PromiseFee,
    /// Days that were charged and not used came back.
    DaysReturned,
    /// Other debt was repaid.
    DebtRepaid,
    /// Money was set aside to be given back.
    RefundRequest,
    /// It came to the wallet again.
    RefundCancel,
    /// Anything else; its reason stands in the detail.
    Other,
}

/// One change of the wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Number of the change, counted from 1 in this wallet.
    pub version: i64,
    /// The ledger's operation.
    pub op: OpId,
    /// What it was.
    pub kind: OperationKind,
    /// How the wallet changed.
    pub amount: Money,
    /// The wallet after it.
    pub balance: Money,
    /// When.
    pub at: LocalTime,
    /// Tariff name or card mask.
    pub detail: Option<String>,
    /// The payment behind it.
    pub payment: Option<PaymentId>,
}

/// One operation, looked at closely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationView {
    /// How it changed the wallet, in the order of the changes; at least one.
    pub rows: Vec<Operation>,
    /// The days that were charged, the last one not among them.
    pub period: Option<Period>,
    /// Its receipts.
    pub receipts: Vec<(ReceiptId, ReceiptKind, ReceiptState)>,
    /// Whose.
    pub contract: ContractNumber,
    /// The day there.
    pub today: Date,
}
