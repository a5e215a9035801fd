//! The SMS provider, as docs.edna.ru describes it: `POST /api/cascade/schedule` with the key in a
//! header; a number that was seen before is refused with a code of its own.

use gateways::Sms;
use gateways::edna::{Config, Edna};
use gateways::sms::SmsError;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// What the provider has taken, and how it answers.
#[derive(Clone, Default)]
struct Provider {
    seen: Arc<Mutex<HashSet<String>>>,
    texts: Arc<Mutex<Vec<Value>>>,
    /// Answers to give first, such as 500.
    trouble: Arc<Mutex<Vec<ResponseTemplate>>>,
    /// Take the text, but lose the answer on the way.
    lose_answer: Arc<Mutex<bool>>,
}

fn refusal(title: &str, detail: &str) -> ResponseTemplate {
    let body = json!({"title": title, "status": 400, "detail": detail});
    ResponseTemplate::new(400).set_body_json(body)
}

impl Respond for Provider {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if request
            .headers
            .get("x-api-key")
            .is_none_or(|key| key != "the-key")
        {
            return ResponseTemplate::new(401);
        }
        if let Some(answer) = self.trouble.lock().unwrap().pop() {
            return answer;
        }
        let body: Value = request.body_json().unwrap();
        let filter = &body["subscriberFilter"];
        let digits = filter["address"].as_str().unwrap_or_default();
        let fits = digits.len() == 11 && digits.bytes().all(|b| b.is_ascii_digit());
        if !fits || filter["type"] != "PHONE" || body["cascadeId"] != 111 {
            return refusal(
                "cascade-scheduling-request-not-valid",
                "Cascade scheduling request is not valid.",
            );
        }
        if body["content"]["smsContent"]["contentType"] != "TEXT" {
            return refusal("contentType-not-specified", "");
        }
        let id = body["requestId"].as_str().unwrap_or_default().to_owned();
        if !self.seen.lock().unwrap().insert(id.clone()) {
            return refusal(
                "requestId-is-not-unique",
                "This request ID has already been used",
            );
        }
        self.texts.lock().unwrap().push(body);
        let answer = ResponseTemplate::new(200).set_body_json(json!({"requestId": id}));
        if std::mem::take(&mut *self.lose_answer.lock().unwrap()) {
            return answer.set_delay(Duration::from_secs(5));
        }
        answer
    }
}

async fn provider() -> (Provider, MockServer) {
    let provider = Provider::default();
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/api/cascade/schedule"))
        .respond_with(provider.clone())
        .mount(&server)
        .await;
    (provider, server)
}

fn adapter(server: &MockServer, key: &str) -> Edna {
    Edna::new(Config {
        base_url: server.uri(),
        api_key: SecretString::from(key),
        cascade_id: 111,
        timeout: Duration::from_millis(600),
    })
    .unwrap()
}

#[tokio::test]
async fn a_text_arrives_as_it_was_written() {
    let (provider, server) = provider().await;
    let sms = adapter(&server, "the-key");
    sms.send("0199-1", "+79261112233", "123456 — код «Орион»")
        .await
        .unwrap();
    let texts = provider.texts.lock().unwrap();
    assert_eq!(texts[0]["subscriberFilter"]["address"], "79261112233");
    assert_eq!(
        texts[0]["content"]["smsContent"]["text"],
        "123456 — код «Орион»"
    );
    assert_eq!(texts[0]["requestId"], "0199-1");
}

#[tokio::test]
async fn a_lost_answer_sends_nothing_twice() {
    let (provider, server) = provider().await;
    let sms = adapter(&server, "the-key");
    *provider.lose_answer.lock().unwrap() = true;
    let lost = sms.send("0199-2", "+79261112233", "text").await;
    assert!(matches!(lost, Err(SmsError::Temporary(_))), "{lost:?}");
    sms.send("0199-2", "+79261112233", "text").await.unwrap();
    assert_eq!(provider.texts.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn trouble_that_may_pass_is_told_from_trouble_that_will_not() {
    let (provider, server) = provider().await;
    let sms = adapter(&server, "the-key");
    for status in [500, 502, 429, 408] {
        provider
            .trouble
            .lock()
            .unwrap()
            .push(ResponseTemplate::new(status));
        let result = sms.send("0199-3", "+79261112233", "text").await;
        assert!(
            matches!(result, Err(SmsError::Temporary(_))),
            "{status}: {result:?}"
        );
    }
    for (title, detail) in [
        ("cascade-not-found", ""),
        ("matched-template-not-found", ""),
        ("something-new", "nobody has told us of it"),
    ] {
        provider
            .trouble
            .lock()
            .unwrap()
            .push(refusal(title, detail));
        let result = sms.send("0199-3", "+79261112233", "text").await;
        assert!(
            matches!(result, Err(SmsError::Permanent(_))),
            "{title}: {result:?}"
        );
    }
    // The same code in the spelling of another edition of the documents.
    provider
        .trouble
        .lock()
        .unwrap()
        .push(refusal("cascade-error", "RequestId is not unique"));
    assert!(sms.send("0199-3", "+79261112233", "text").await.is_ok());
}

/// A wrong key is our mistake: the text waits until it is mended, and the key is not in the log.
#[tokio::test]
async fn a_wrong_key_of_ours_does_not_lose_texts() {
    let (_provider, server) = provider().await;
    let refused = adapter(&server, "another-key")
        .send("0199-4", "+79261112233", "text")
        .await;
    let Err(SmsError::Temporary(words)) = refused else {
        panic!("{refused:?}");
    };
    assert!(!words.contains("another-key"));
    let sms = adapter(&server, "another-key");
    assert!(!format!("{sms:?}").contains("another-key"));
}

#[tokio::test]
async fn nobody_at_home_may_pass() {
    let sms = Edna::new(Config {
        base_url: "http://127.0.0.1:1".into(),
        api_key: SecretString::from("the-key"),
        cascade_id: 111,
        timeout: Duration::from_millis(600),
    })
    .unwrap();
    let away = sms.send("0199-5", "+79261112233", "text").await;
    assert!(matches!(away, Err(SmsError::Temporary(_))), "{away:?}");
}
