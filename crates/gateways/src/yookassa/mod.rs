//! The adapter to YooKassa API v3. Wire types and their spelling are known only here.
//!
//! A definite refusal (4xx) means that nothing happened; a lost answer or a 5xx means that the
//! outcome is unknown and the same request with the same key, or a look at the object, decides.

mod payment;
mod receipt;
mod refund;
pub mod registry;

use crate::acquirer::{AcquirerError, ReceiptTaken};
use chrono::{DateTime, Utc};
use domain::{Money, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where and as whom.
#[derive(Debug, Clone)]
pub struct Config {
    /// Base address, `https://api.yookassa.ru/v3`.
    pub base_url: String,
    /// Shop id.
    pub shop_id: String,
    /// Secret key.
    pub secret_key: SecretString,
    /// How long a call may take.
    pub timeout: Duration,
}

/// The adapter.
#[derive(Debug)]
pub struct YooKassa {
    config: Config,
    client: reqwest::Client,
}

impl YooKassa {
    /// Sets up the client.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(config: Config) -> Result<Self, reqwest::Error> {
        let client =
            crate::http::client(Duration::from_secs(3).min(config.timeout), config.timeout)?;
        Ok(Self { config, client })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.config.base_url))
            .basic_auth(
                &self.config.shop_id,
                Some(self.config.secret_key.expose_secret()),
            )
    }
}

/// So many things come on a page of a list at most.
const PAGE: &str = "100";

/// So many pages of a list are looked through; what is looked for stands on far fewer.
const MOST_PAGES: usize = 50;

impl YooKassa {
    /// Makes something, or finds what was made with the same key.
    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, AcquirerError> {
        let request = self.request(reqwest::Method::POST, path);
        let request = request.header("Idempotence-Key", key).json(body);
        read(request.send().await).await
    }

    /// Reads one thing by its id.
    async fn one<T: DeserializeOwned>(&self, path: &str, id: &str) -> Result<T, AcquirerError> {
        if !is_id(id) {
            return Err(AcquirerError::NotFound);
        }
        let request = self.request(reqwest::Method::GET, &format!("{path}/{id}"));
        read(request.send().await).await
    }

    /// Reads a page of a list.
    async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Page<T>, AcquirerError> {
        let request = self.request(reqwest::Method::GET, path).query(query);
        read(request.send().await).await
    }

    /// Looks through a list, page by page, until something is found in it.
    async fn search<T: DeserializeOwned + Send, R: Send>(
        &self,
        path: &str,
        filter: &[(&str, String)],
        mut found: impl FnMut(T) -> Option<R> + Send,
    ) -> Result<Option<R>, AcquirerError> {
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let mut query = filter.to_vec();
            query.push(("limit", PAGE.to_owned()));
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page: Page<T> = self.page(path, &query).await?;
            let next = page.next();
            if let Some(found) = page.items.into_iter().find_map(&mut found) {
                return Ok(Some(found));
            }
            match next {
                Some(next) => cursor = Some(next),
                None => return Ok(None),
            }
        }
        Err(AcquirerError::Unknown(format!(
            "too much to look through in {path}"
        )))
    }

    /// Reads a list to its end.
    async fn all<T: DeserializeOwned + Send>(
        &self,
        path: &str,
        filter: &[(&str, String)],
    ) -> Result<Vec<T>, AcquirerError> {
        let mut all = Vec::new();
        let keep = |found| {
            all.push(found);
            None::<()>
        };
        self.search(path, filter, keep).await?;
        Ok(all)
    }
}

/// An id that may stand in a path. Ids come from the acquirer, but also from notifications anyone can
/// forge.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

async fn read<T: DeserializeOwned>(
    answer: Result<reqwest::Response, reqwest::Error>,
) -> Result<T, AcquirerError> {
    let response = answer.map_err(|error| {
        if error.is_connect() {
            AcquirerError::NotSent(error.without_url().to_string())
        } else {
            AcquirerError::Unknown(error.without_url().to_string())
        }
    })?;
    let status = response.status();
    let body = response
        .bytes()
        .await
        .map_err(|error| AcquirerError::Unknown(error.without_url().to_string()))?;
    parse(status.as_u16(), &body)
}

/// Turns an answer into what it says or the reason why it says nothing.
fn parse<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, AcquirerError> {
    if status == 200 {
        return serde_json::from_slice(body)
            .map_err(|error| AcquirerError::Unknown(format!("answer not understood: {error}")));
    }
    let wire: Failure = serde_json::from_slice(body).unwrap_or_default();
    match status {
        404 | 410 => Err(AcquirerError::NotFound),
        429 => Err(AcquirerError::TooMany {
            retry_after: wire
                .retry_after
                .map_or(5, |millis| (millis / 1000).clamp(1, 3600)),
        }),
        400..=499 => Err(AcquirerError::Refused {
            status,
            code: wire.code,
            description: wire.description,
        }),
        other => Err(AcquirerError::Unknown(format!(
            "status {other} {}",
            wire.code
        ))),
    }
}

#[derive(Serialize)]
struct Amount {
    value: String,
    currency: &'static str,
}

impl From<Money> for Amount {
    fn from(sum: Money) -> Self {
        Self {
            value: sum.to_gateway(),
            currency: "RUB",
        }
    }
}

#[derive(Deserialize)]
struct ReceivedAmount {
    value: String,
    currency: String,
}

impl ReceivedAmount {
    /// The sum; nothing when it is not in roubles or not understood.
    fn roubles(&self) -> Option<Money> {
        (self.currency == "RUB")
            .then(|| Money::parse_gateway(&self.value).ok())
            .flatten()
    }
}

/// A moment of the acquirer's.
fn at(moment: DateTime<Utc>) -> Timestamp {
    Timestamp::from_micros(moment.timestamp_micros())
}

/// What the acquirer says about the receipt that came along.
fn taken(registration: Option<&str>) -> ReceiptTaken {
    match registration {
        None => ReceiptTaken::No,
        Some("canceled") => ReceiptTaken::Refused,
        Some(_) => ReceiptTaken::Yes,
    }
}

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    #[serde(default = "Vec::new")]
    items: Vec<T>,
    #[serde(default)]
    next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// How to ask for the next one; nothing at the end.
    fn next(&self) -> Option<String> {
        self.next_cursor.clone().filter(|next| !next.is_empty())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Failure {
    code: String,
    description: String,
    retry_after: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(status: u16, body: &[u8]) -> Result<Page<u8>, AcquirerError> {
        super::parse(status, body)
    }

    #[test]
    fn only_definite_refusals_are_definite() {
        let refused = br#"{"type":"error","id":"e","code":"invalid_request","description":"x","parameter":"amount"}"#;
        assert!(matches!(
            parse(400, refused),
            Err(AcquirerError::Refused { status: 400, .. })
        ));
        assert!(matches!(
            parse(401, b"{}"),
            Err(AcquirerError::Refused { .. })
        ));
        assert!(matches!(parse(404, b"{}"), Err(AcquirerError::NotFound)));
        assert!(matches!(
            parse(429, br#"{"retry_after":1800}"#),
            Err(AcquirerError::TooMany { retry_after: 1 })
        ));
        for unclear in [500, 502, 503, 202, 302] {
            assert!(
                matches!(parse(unclear, b"<html>"), Err(AcquirerError::Unknown(_))),
                "{unclear}"
            );
        }
        assert!(matches!(
            parse(200, b"not json"),
            Err(AcquirerError::Unknown(_))
        ));
    }
}
