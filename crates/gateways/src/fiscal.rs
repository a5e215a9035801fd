//! The port to the fiscal provider: who registers receipts with the tax service for us (54-ФЗ). It fails
//! in the same ways as the acquirer, whose second trade it often is.

use crate::acquirer::AcquirerError;
use domain::receipt::{Fiscal, Line, Settled};
use domain::{Email, Money, Timestamp};

/// What a receipt says, and to whom it is sent.
#[derive(Debug, Clone)]
pub struct Content {
    /// The provider sends it there.
    pub email: Email,
    /// At least one.
    pub lines: Vec<Line>,
}

/// What a receipt belongs to, by the acquirer's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// A payment.
    Payment(String),
    /// A refund: what the receipt says goes back.
    Refund(String),
}

/// A receipt that is registered by itself, not with a payment.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The same for each attempt at the same receipt.
    pub idem_key: String,
    /// What it belongs to.
    pub of: Of,
    /// By what it is settled.
    pub settled: Settled,
    /// What it says.
    pub content: Content,
}

/// Where a receipt stands with the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// It is being registered.
    Pending,
    /// It is registered.
    Done(Fiscal<Timestamp>),
    /// It could not be.
    Refused,
    /// It says something that we do not understand.
    Unclear,
}

/// A receipt as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderReceipt {
    /// Its id there.
    pub id: String,
    /// Where it stands.
    pub registration: Registration,
    /// The sum of its lines; nothing when it is not understood.
    pub total: Option<Money>,
    /// Of each line how it is paid, as the provider names it, and its name.
    pub says: Vec<(String, String)>,
}

/// The port.
#[async_trait::async_trait]
pub trait FiscalProvider: Send + Sync + std::fmt::Debug {
    /// The name under which its receipts are stored.
    fn name(&self) -> &'static str;

    /// Gives it a receipt, or finds the one given with the same key.
    async fn submit(&self, receipt: &Submit) -> Result<ProviderReceipt, AcquirerError>;

    /// Reads a receipt.
    async fn get(&self, id: &str) -> Result<ProviderReceipt, AcquirerError>;

    /// All receipts of a payment or a refund.
    async fn all(&self, of: &Of) -> Result<Vec<ProviderReceipt>, AcquirerError>;
}
