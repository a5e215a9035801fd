//! The port to the SMS provider. It asks for no more than any protocol can give: an adapter to SMPP
//! would map `send` to `submit_sm` (UCS-2, long texts in parts). SMPP has no number of ours to
//! recognise a repetition by: such an adapter answers [`SmsError::Permanent`] when it cannot know
//! whether a text was taken.

use async_trait::async_trait;

/// Why an SMS was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// Trying again may help, and cannot double it.
    #[error("the provider did not take it now: {0}")]
    Temporary(String),
    /// It will never be taken.
    #[error("the provider refuses it: {0}")]
    Permanent(String),
}

/// The port.
#[async_trait]
pub trait Sms: Send + Sync + std::fmt::Debug {
    /// Hands a text over. `id` is ours, so that the provider recognises a repetition.
    async fn send(&self, id: &str, to: &str, text: &str) -> Result<(), SmsError>;
}
