//! One cabinet for one test: its own database, acquirer, mailbox, and a clock that can be moved.

use domain::ids::RefundId;
use domain::payment::PaymentView;
use domain::receipt::{Line, Mode, Subject};
use domain::{Email, Money};
use gateways::acquirer::CreateRefund;
use gateways::fiscal::Content;
use gateways::yookassa::{Config, YooKassa};
use gateways::{Mailbox, http};
use sandbox::{Control, Sandbox};
use secrecy::SecretString;
use serde_json::json;
use services::access::activation::{self, Purpose, SetPassword};
use services::access::sessions::{self, NewSession};
use services::access::sign_in::{self, SignIn};
use services::demo::{PASSWORD, PEOPLE};
use services::jobs::worker;
use services::payments::{Start, StartTopUp, Started, view};
use services::{Actor, Neighbours, Origin, ServiceError, Services, Settings, refunds, webhooks};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use storage::Db;

/// Starts a payment that needs no yes.
pub async fn start(
    services: &Services,
    actor: &Actor,
    command: StartTopUp,
) -> Result<Started, ServiceError> {
    match services::payments::start(services, actor, command).await? {
        Start::Made(started) => Ok(started),
        Start::Confirm(asked) => panic!("a yes is wanted: {asked:?}"),
    }
}

/// A cabinet with the demo's people.
pub struct Cabinet {
    pub services: Arc<Services>,
    pub acquirer: Control,
    pub mailbox: Mailbox,
    pub pool: PgPool,
    pub acquirer_port: u16,
}

/// A cabinet whose acquirer answers within `timeout`.
pub async fn cabinet_with(pool: PgPool, timeout: Duration) -> Cabinet {
    http::install_tls();
    worker::migrate(&pool).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sandbox = Sandbox::open(sandbox::Config {
        shop_id: "100500".into(),
        secret_key: "test_key".into(),
        public_url: format!("http://127.0.0.1:{port}"),
        webhook_url: None,
        state_file: None,
        control: true,
    })
    .await
    .unwrap();
    let acquirer = sandbox.control();
    tokio::spawn(async move { sandbox.serve(listener, std::future::pending()).await });
    let gateway = Arc::new(
        YooKassa::new(Config {
            base_url: format!("http://127.0.0.1:{port}/v3"),
            shop_id: "100500".into(),
            secret_key: SecretString::from("test_key"),
            timeout,
        })
        .unwrap(),
    );
    let mailbox = Mailbox::default();
    let services = Arc::new(Services::new(
        Db::from_pool(pool.clone()),
        Neighbours {
            acquirer: gateway.clone(),
            fiscal: gateway,
            mail: Arc::new(mailbox.clone()),
            sms: Some(Arc::new(mailbox.clone())),
        },
        Settings {
            office_keys: services::demo::office_keys(),
            voucher_keys: services::demo::voucher_keys(),
            card_keys: services::demo::card_keys(),
            seller: services::demo::seller(),
            ..Settings::default()
        },
    ));
    services::demo::seed(&services).await.unwrap();
    Cabinet {
        services,
        acquirer,
        mailbox,
        pool,
        acquirer_port: port,
    }
}

/// A cabinet.
pub async fn cabinet(pool: PgPool) -> Cabinet {
    cabinet_with(pool, Duration::from_secs(5)).await
}

/// A browser of its own.
pub fn browser(name: &str) -> Actor {
    sessions::guest(
        Origin {
            address: Some([192, 0, 2, 1].into()),
            user_agent: "test".into(),
        },
        name,
    )
}

/// Tries a password, wherever one is and whichever node answers.
pub async fn enter(
    services: &Services,
    actor: &Actor,
    login: &str,
    password: &str,
) -> Result<NewSession, ServiceError> {
    let command = SignIn {
        login: login.into(),
        password: password.into(),
        remember: false,
    };
    sign_in::sign_in(services, actor, &command).await
}

impl Cabinet {
    /// Another node of the same cabinet, with other settings.
    pub fn node(&self, change: impl FnOnce(&mut Settings)) -> Services {
        let mut settings = Settings::default();
        change(&mut settings);
        let mail = Arc::new(self.mailbox.clone());
        Services::new(
            Db::from_pool(self.pool.clone()),
            Neighbours {
                acquirer: self.services.acquirer.clone(),
                fiscal: self.services.fiscal.clone(),
                mail: mail.clone(),
                sms: Some(mail),
            },
            settings,
        )
    }

    /// Somebody signed in with a password.
    pub async fn sign_in(&self, card: &str, password: &str) -> Result<Actor, ServiceError> {
        self.sign_in_on("b", card, password).await
    }

    /// The same in a browser of one's own.
    pub async fn sign_in_on(
        &self,
        name: &str,
        login: &str,
        password: &str,
    ) -> Result<Actor, ServiceError> {
        let session = enter(&self.services, &browser(name), login, password).await?;
        Ok(self.actor_on(name, &session).await)
    }

    /// A demo person, signed in.
    pub async fn person(&self, shows: &str) -> Actor {
        let person = PEOPLE
            .iter()
            .find(|person| person.shows.contains(shows))
            .unwrap();
        self.sign_in(person.card, PASSWORD).await.unwrap()
    }

    /// The actor behind a session's cookie.
    pub async fn actor(&self, session: &NewSession) -> Actor {
        self.actor_on("b", session).await
    }

    /// The same in a browser of one's own.
    pub async fn actor_on(&self, name: &str, session: &NewSession) -> Actor {
        let origin = browser(name).origin;
        sessions::resolve(&self.services, origin, name, Some(&session.token))
            .await
            .unwrap()
    }

    /// The code in the newest SMS to a phone.
    pub fn code(&self, to: &str) -> Option<String> {
        let texts = self.mailbox.texts();
        let sms = texts
            .iter()
            .find(|text| text.to == to && text.text.contains('#'))?;
        sms.text.rsplit('#').next().map(str::to_owned)
    }

    /// How many texts went to somebody whose text holds some words.
    pub fn texts(&self, to: &str, words: &str) -> usize {
        let texts = self.mailbox.texts();
        texts
            .iter()
            .filter(|text| {
                text.to == to && (text.text.contains(words) || text.subject.contains(words))
            })
            .count()
    }

    /// Runs all jobs that wait, and those they have caused.
    pub async fn jobs(&self) {
        for _ in 0..2 {
            worker::run_jobs(&self.services).await.unwrap();
        }
    }

    /// Moves the clock from the real time.
    pub async fn shift(&self, seconds: i64) {
        let mut conn = self.pool.acquire().await.unwrap();
        storage::db::shift_clock(&mut conn, seconds).await.unwrap();
    }

    /// The secret in the newest letter to an address.
    pub fn link(&self, to: &str) -> Option<String> {
        let letter = self
            .mailbox
            .texts()
            .into_iter()
            .find(|text| text.to == to)?;
        let line = letter
            .text
            .lines()
            .find(|line| line.starts_with("http"))?
            .to_owned();
        line.rsplit('/').next().map(str::to_owned)
    }

    /// Uses a link up with one's own password.
    pub async fn set_password(
        &self,
        purpose: Purpose,
        token: &str,
        password: &str,
    ) -> Result<NewSession, ServiceError> {
        let command = SetPassword {
            token: token.into(),
            take_offered: false,
            offered: String::new(),
            own: password.into(),
            remember: false,
        };
        activation::set_password(&self.services, &browser("b"), purpose, command).await
    }

    /// Starts a top-up of some roubles from a form.
    pub async fn top_up(
        &self,
        actor: &Actor,
        roubles: &str,
        key: &str,
    ) -> Result<Started, ServiceError> {
        let command = StartTopUp {
            sum: "other".into(),
            amount: roubles.into(),
            key: key.into(),
            receipt_email: String::new(),
            ..StartTopUp::default()
        };
        start(&self.services, actor, command).await
    }

    /// The acquirer's id of a payment.
    pub async fn object(&self, started: &Started) -> String {
        sqlx::query_scalar("select gateway_payment_id from billing.payment where payment_id = $1")
            .bind(started.payment.0)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    /// The acquirer notifies us that a payment succeeded.
    pub async fn notify(&self, object: &str) {
        let body =
            json!({"type": "notification", "event": "payment.succeeded", "object": {"id": object}});
        webhooks::receive(&self.services, &body, Some([127, 0, 0, 1].into()))
            .await
            .unwrap();
    }

    /// A top-up from the form to the credit.
    pub async fn paid(&self, actor: &Actor, roubles: &str, key: &str) -> PaymentView {
        let started = self.top_up(actor, roubles, key).await.unwrap();
        let object = self.object(&started).await;
        self.acquirer.complete(&object).unwrap();
        self.notify(&object).await;
        self.jobs().await;
        view(&self.services, actor, started.payment).await.unwrap()
    }

    /// Somebody gives money back in the acquirer's own cabinet; the acquirer's id of it.
    pub async fn given_back_by_hand(&self, object: &str, sum: Money) -> String {
        self.given_back_with(object, sum, "by-hand").await
    }

    /// The same with a key.
    pub async fn given_back_with(&self, object: &str, sum: Money, key: &str) -> String {
        let made = CreateRefund {
            idem_key: key.into(),
            subscriber_id: String::new(),
            payment: object.into(),
            amount: sum,
            description: "By hand".into(),
            receipt: Content {
                email: Email::parse("a@example.com").unwrap(),
                lines: vec![Line {
                    name: "Пополнение".into(),
                    sum,
                    vat_code: 12,
                    vat: Money::ZERO,
                    mode: Mode::Advance,
                    subject: Subject::Payment,
                }],
            },
        };
        self.services.acquirer.refund(&made).await.unwrap().id
    }

    /// Asks for a sum to go back.
    pub async fn asks_back(
        &self,
        actor: &Actor,
        sum: &str,
        key: &str,
    ) -> Result<RefundId, ServiceError> {
        let shown = refunds::page(&self.services, actor).await?;
        let ask = refunds::Ask {
            sum: sum.into(),
            key: key.into(),
            contract: shown.contract.as_str().into(),
        };
        refunds::request(&self.services, actor, &ask).await
    }

    /// A count from the database.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Proves the invariants, after a roll-up.
    pub async fn check(&self) {
        services::upkeep::roll_up(&self.services).await.unwrap();
        let mut conn = self.pool.acquire().await.unwrap();
        let findings = storage::ledger_check::check(&mut conn).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

/// The only problem of a refused form.
pub fn problem<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> domain::form::Problem {
    match result {
        Err(ServiceError::Invalid(mut errors)) if errors.len() == 1 => errors.remove(0).problem,
        other => panic!("one problem was expected: {other:?}"),
    }
}
