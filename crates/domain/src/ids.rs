//! Typed ids. A subscriber's id can never be passed where a payment's is expected.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A login: the person who signs in.
    AccountId;
    /// A contract with its one wallet.
    SubscriberId;
    /// A smart card of a contract.
    CardId;
    /// A tariff on a card.
    SubscriptionId;
    /// A tariff or package.
    ProductId;
    /// An immutable price of a product.
    PriceVersionId;
    /// A saved bank card.
    MethodId;
    /// A standing order of autopay.
    MandateId;
    /// A top-up on its way through the acquirer.
    PaymentId;
    /// What is given back of a wallet.
    RefundId;
    /// A part of it: what one payment gives back.
    RefundPartId;
    /// One entry of the ledger with its postings.
    OpId;
    /// A batch of prepaid cards.
    VoucherBatchId;
    /// A promised payment.
    PromiseId;
    /// A fiscal receipt.
    ReceiptId;
    /// A message in the inbox.
    MessageId;
    /// An event whose copies go out by mail and other channels.
    EventId;
    /// A device on which somebody is signed in.
    SessionId;
    /// A registration under way.
    RegistrationId;
    /// The kept text of a form that was refused.
    DraftId;
    /// A code on its way to a phone, and the form that waits for it.
    ChallengeId;
    /// A passkey ceremony between its two steps.
    CeremonyId;
    /// A partner: a dealer's organisation.
    PartnerId;
    /// A subscriber whom an operator has opened.
    CaseId;
    /// Somebody who comes in by the partners' or the staff's door.
    PersonId;
}
