//! The adapter to edna Pulse, an SMS provider with an HTTP API (docs.edna.ru, "cascade/schedule").
//! Wire types and their spelling are known only here.
//!
//! The number of a text is ours (`requestId`), and the provider refuses a number it has seen: an
//! answer that was lost on the way is asked for again without sending the text twice. The sender's
//! name is not a field: a cascade, set up in the provider's office, carries it.

use crate::sms::{Sms, SmsError};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where and as whom.
#[derive(Debug, Clone)]
pub struct Config {
    /// Base address, `https://app.edna.ru`.
    pub base_url: String,
    /// Key of the API.
    pub api_key: SecretString,
    /// The cascade that sends from our name.
    pub cascade_id: u64,
    /// How long a call may take.
    pub timeout: Duration,
}

/// The adapter.
#[derive(Debug)]
pub struct Edna {
    config: Config,
    client: reqwest::Client,
}

impl Edna {
    /// Sets up the client.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(config: Config) -> Result<Self, reqwest::Error> {
        let client =
            crate::http::client(Duration::from_secs(3).min(config.timeout), config.timeout)?;
        Ok(Self { config, client })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schedule<'a> {
    request_id: &'a str,
    cascade_id: u64,
    subscriber_filter: Filter<'a>,
    content: Content<'a>,
}

#[derive(Serialize)]
struct Filter<'a> {
    address: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    sms_content: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text<'a> {
    content_type: &'static str,
    text: &'a str,
}

/// A refusal; the provider's editions of the documents spell the codes in several ways.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    title: String,
    detail: String,
}

impl Refusal {
    /// Was this number taken before?
    fn is_repetition(&self) -> bool {
        [&self.title, &self.detail].into_iter().any(|text| {
            let letters: String = text
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            letters.contains("requestidisnotunique")
        })
    }
}

#[async_trait::async_trait]
impl Sms for Edna {
    async fn send(&self, id: &str, to: &str, text: &str) -> Result<(), SmsError> {
        let body = Schedule {
            request_id: id,
            cascade_id: self.config.cascade_id,
            subscriber_filter: Filter {
                address: to.trim_start_matches('+'),
                kind: "PHONE",
            },
            content: Content {
                sms_content: Text {
                    content_type: "TEXT",
                    text,
                },
            },
        };
        let answer = self
            .client
            .post(format!("{}/api/cascade/schedule", self.config.base_url))
            .header("X-API-KEY", self.config.api_key.expose_secret())
            .json(&body)
            .send()
            .await
            // The address of the call carries no secret, but the cause is enough.
            .map_err(|error| SmsError::Temporary(error.without_url().to_string()))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        if status != reqwest::StatusCode::BAD_REQUEST {
            // A wrong key or a wrong address of the API is ours to mend; the text waits meanwhile.
            return Err(SmsError::Temporary(format!("status {status}")));
        }
        let refusal: Refusal = answer.json().await.unwrap_or_default();
        if refusal.is_repetition() {
            return Ok(());
        }
        Err(SmsError::Permanent(format!(
            "{}: {}",
            refusal.title, refusal.detail
        )))
    }
}
