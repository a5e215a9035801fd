//! The port to the acquirer: who takes card payments for us. Card data never passes through here;
//! the payer types it on the acquirer's page.

use crate::fiscal::Content;
use domain::payment::GatewayStatus;
use domain::reconciliation::{Kind, Line};
use domain::refund::GatewayRefundStatus;
use domain::{Money, Timestamp};
use secrecy::SecretString;

/// A payment to be made.
#[derive(Debug, Clone)]
pub struct CreatePayment {
    /// The same for each attempt at the same payment.
    pub idem_key: String,
    /// The sum.
    pub amount: Money,
    /// Our id, carried along and compared when it comes back.
    pub payment_id: String,
    /// Whose wallet.
    pub subscriber_id: String,
    /// What the payer reads on the acquirer's page, at most 128 characters.
    pub description: String,
    /// Where the payer is sent back to.
    pub return_url: String,
    /// The receipt that comes with it.
    pub receipt: Content,
    /// By what means it is paid.
    pub by: By,
}

/// By what means a payment is made.
#[derive(Debug, Clone)]
pub enum By {
    /// A bank card that the payer types on the acquirer's page.
    BankCard {
        /// Shall the acquirer keep it for later payments?
        save: bool,
    },
    /// The system of fast payments.
    Sbp {
        /// As the text of a square that a bank's app reads, not as the acquirer's page.
        square: bool,
    },
    /// The acquirer's own wallet.
    YooMoney,
    /// A card that was saved before: nobody has to confirm anything.
    Saved {
        /// The acquirer's token.
        token: SecretString,
    },
}

/// A card that the acquirer has saved for later payments.
#[derive(Debug, Clone)]
pub struct SavedCard {
    /// The acquirer's token: whoever has it, and our key to the acquirer, can take money.
    pub token: SecretString,
    /// Payment system.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Month and year after which it does not work.
    pub expires: Option<(u8, u16)>,
}

/// What the acquirer says about a payment.
#[derive(Debug, Clone)]
pub struct GatewayPayment {
    /// Its id there.
    pub id: String,
    /// Where it stands.
    pub status: GatewayStatus,
    /// The sum there; nothing when it is not in roubles or not understood.
    pub amount: Option<Money>,
    /// Our id as it came back.
    pub payment_id: Option<String>,
    /// Whose wallet, as it came back.
    pub subscriber_id: Option<String>,
    /// The payer's page, or the address that a square has to say.
    pub confirmation_url: Option<String>,
    /// Last digits of the card.
    pub card_last4: Option<String>,
    /// The card, when the acquirer has saved it.
    pub saved: Option<SavedCard>,
    /// Did it take over the receipt?
    pub receipt: ReceiptTaken,
    /// When it has taken the money, by its clock.
    pub captured_at: Option<Timestamp>,
}

/// What became of the receipt that came with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptTaken {
    /// It is registered, or on its way.
    Yes,
    /// The acquirer registers none for this shop.
    No,
    /// It could not be registered.
    Refused,
}

/// Money to be given back.
#[derive(Debug, Clone)]
pub struct CreateRefund {
    /// The same for each attempt; also our id, carried along.
    pub idem_key: String,
    /// Whose wallet, carried along.
    pub subscriber_id: String,
    /// The acquirer's id of the payment.
    pub payment: String,
    /// How much of it.
    pub amount: Money,
    /// Why, at most 250 characters.
    pub description: String,
    /// The receipt that comes with it.
    pub receipt: Content,
}

/// What the acquirer says about a refund.
#[derive(Debug, Clone)]
pub struct GatewayRefund {
    /// Its id there.
    pub id: String,
    /// Where it stands.
    pub status: GatewayRefundStatus,
    /// The sum there; nothing when it is not in roubles or not understood.
    pub amount: Option<Money>,
    /// Our id as it came back.
    pub part_id: Option<String>,
    /// Whose wallet, as it came back.
    pub subscriber_id: Option<String>,
    /// Did it take over the receipt?
    pub receipt: ReceiptTaken,
    /// When it was made, by the acquirer's clock.
    pub made_at: Option<Timestamp>,
}

/// A part of what the acquirer has done in some span.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// Its lines.
    pub lines: Vec<Line>,
    /// How many that may still come to be such lines.
    pub open: usize,
    /// How to ask for the next part; nothing at the end.
    pub next: Option<String>,
}

/// Why there is no answer about a payment.
#[derive(Debug, thiserror::Error)]
pub enum AcquirerError {
    /// It never got the request: no connection was made.
    #[error("the acquirer cannot be reached: {0}")]
    NotSent(String),
    /// It refused the request for good: repeating it as it is makes no sense.
    #[error("the acquirer refused: {status} {code} {description}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The acquirer's code.
        code: String,
        /// The acquirer's words, for the log.
        description: String,
    },
    /// It does not know the object.
    #[error("the acquirer does not know this object")]
    NotFound,
    /// It asks to come later, with the same key.
    #[error("the acquirer asks to wait")]
    TooMany {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// The request may or may not have had an effect.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

/// The port.
#[async_trait::async_trait]
pub trait Acquirer: Send + Sync + std::fmt::Debug {
    /// The name under which its objects are stored.
    fn name(&self) -> &'static str;

    /// Makes a payment, or finds the one made with the same key.
    async fn create(&self, request: &CreatePayment) -> Result<GatewayPayment, AcquirerError>;

    /// Reads a payment: the only source of truth about it.
    async fn get(&self, id: &str) -> Result<GatewayPayment, AcquirerError>;

    /// Looks for a payment by our id among those made between two moments: for a call whose answer was
    /// lost and that must not be repeated.
    async fn find(
        &self,
        payment_id: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Option<GatewayPayment>, AcquirerError>;

    /// A part of the payments that were taken, or the refunds that were made, in a span: the first one, or
    /// that which the part before has named.
    async fn done(
        &self,
        kind: Kind,
        from: Timestamp,
        until: Timestamp,
        part: Option<&str>,
    ) -> Result<Listed, AcquirerError>;

    /// Gives money back, or finds the refund made with the same key.
    async fn refund(&self, request: &CreateRefund) -> Result<GatewayRefund, AcquirerError>;

    /// Reads a refund.
    async fn get_refund(&self, id: &str) -> Result<GatewayRefund, AcquirerError>;

    /// All refunds of a payment, by the acquirer's id of it.
    async fn refunds_of(&self, payment: &str) -> Result<Vec<GatewayRefund>, AcquirerError>;
}
