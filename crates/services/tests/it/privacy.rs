//! Several contracts in a cabinet, consents, the export, the deletion.

use crate::support::{Cabinet, browser, cabinet, problem};
use domain::Lang;
use domain::consent::Document;
use domain::form::Problem;
use services::access::contracts::{self, Add};
use services::access::registration::{Details, begin, submit};
use services::access::sign_in::{self, SignIn};
use services::demo::PASSWORD;
use services::{Actor, ServiceError, home, privacy};
use sqlx::PgPool;
use std::collections::BTreeSet;

const CARD: &str = "020723406967";
/// A contract without a cabinet.
const OTHER_CARD: &str = "020723430001";
const OTHER: &str = "2041009001";

fn form(card: &str, contract: &str) -> Add {
    Add {
        card: card.into(),
        contract: contract.into(),
        ..Add::default()
    }
}

/// A session whose actor can be resolved anew after something has changed.
struct SignedIn {
    session: services::access::sessions::NewSession,
}

impl SignedIn {
    async fn new(cabinet: &Cabinet, card: &str) -> Self {
        let command = SignIn {
            login: card.into(),
            password: PASSWORD.into(),
            remember: false,
        };
        let session = sign_in::sign_in(&cabinet.services, &browser("b"), &command)
            .await
            .unwrap();
        Self { session }
    }

    async fn actor(&self, cabinet: &Cabinet) -> Actor {
        cabinet.actor(&self.session).await
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_parents_contract_comes_into_the_cabinet_and_leaves_it(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let signed_in = SignedIn::new(&cabinet, CARD).await;
    let actor = signed_in.actor(&cabinet).await;
    let services = &cabinet.services;
    let add = |form: Add| {
        let actor = &actor;
        async move { contracts::add(services, actor, &form, Lang::Ru).await }
    };
    for (card, contract, expected) in [
        (OTHER_CARD, "1111111111", Problem::NoMatch { left: 2 }),
        ("020799999999", OTHER, Problem::CardUnknown),
        ("020723440000", OTHER, Problem::CardBlocked),
        (CARD, "2041008755", Problem::ContractHeld),
        ("020723411002", "2041008763", Problem::ContractTaken),
    ] {
        assert_eq!(problem(add(form(card, contract)).await), expected, "{card}");
    }
    add(form(OTHER_CARD, OTHER)).await.unwrap();

    // Its card is in view now, and the home page is that contract's.
    let there = signed_in.actor(&cabinet).await;
    let shown = home::load(services, &there, Lang::Ru).await.unwrap();
    assert_eq!(shown.contract.as_str(), OTHER);
    let frame = home::frame(services, &there).await.unwrap();
    assert_eq!(frame.cards.len(), 2);
    let own = frame.cards.iter().find(|card| !card.current).unwrap();
    home::choose_card(services, &there, own.id).await.unwrap();
    let back = signed_in.actor(&cabinet).await;
    assert_eq!(
        home::load(services, &back, Lang::Ru)
            .await
            .unwrap()
            .contract
            .as_str(),
        "2041008755"
    );
    // Either card signs in.
    assert!(cabinet.sign_in(OTHER_CARD, PASSWORD).await.is_ok());
    cabinet.jobs().await;
    assert_eq!(cabinet.texts("demo0@mail.example", "Добавлен договор"), 1);
    let contract_phone: String =
        sqlx::query_scalar("select phone from billing.subscriber where contract = $1")
            .bind(OTHER)
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
    assert_eq!(cabinet.texts(&contract_phone, "договор добавили"), 1);

    let signed_in = SignedIn::new(&cabinet, CARD).await;
    let actor = signed_in.actor(&cabinet).await;
    let held = contracts::list(services, &actor).await.unwrap();
    let id = |contract: &str| {
        let found = held.iter().find(|one| one.contract.as_str() == contract);
        found.unwrap().id
    };
    let stranger = cabinet.person("ends in two days").await;
    assert!(matches!(
        contracts::remove(services, &stranger, id(OTHER)).await,
        Err(ServiceError::NotFound)
    ));
    contracts::remove(services, &actor, id(OTHER))
        .await
        .unwrap();
    assert_eq!(
        problem(contracts::remove(services, &actor, id("2041008755")).await),
        Problem::LastContract
    );
    // The contract is free again: anybody who proves it may register.
    let registration = begin(services, &browser("b"), OTHER_CARD).await.unwrap();
    let details = Details {
        contract: OTHER.into(),
        email: "elena@mail.example".into(),
        terms: true,
        personal_data: true,
        ..Details::default()
    };
    assert!(
        submit(services, &browser("b"), registration, &details)
            .await
            .is_ok()
    );
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn cards_are_named_by_their_owner_alone(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let stranger = cabinet.person("ends in two days").await;
    let services = &cabinet.services;
    let card = home::frame(services, &actor).await.unwrap().cards[0].id;
    assert!(matches!(
        contracts::name_card(services, &stranger, card, "Моя").await,
        Err(ServiceError::NotFound)
    ));
    let long = "д".repeat(61);
    assert_eq!(
        problem(contracts::name_card(services, &actor, card, &long).await),
        Problem::NameTooLong
    );
    for (typed, stored) in [("  Дача <b> ", Some("Дача <b>")), ("", None)] {
        contracts::name_card(services, &actor, card, typed)
            .await
            .unwrap();
        let named = contracts::card(services, &actor, card).await.unwrap();
        assert_eq!(named.name.as_deref(), stored);
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn consents_are_records_of_giving_and_taking_back(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let services = &cabinet.services;
    let state = || async {
        let data = privacy::load(services, &actor).await.unwrap();
        let news = data
            .consents
            .into_iter()
            .find(|one| one.document == Document::Advertising);
        news.unwrap().state.map(|(given, _)| given)
    };
    privacy::set_advertising(services, &actor, false)
        .await
        .unwrap();
    assert_eq!(
        state().await,
        None,
        "what was never given is not taken back"
    );
    for given in [true, true, false, false, true] {
        privacy::set_advertising(services, &actor, given)
            .await
            .unwrap();
        assert_eq!(state().await, Some(given));
    }
    assert_eq!(
        cabinet
            .count("select count(*) from identity.consent where document = 'advertising'")
            .await,
        3,
        "only changes are recorded"
    );
}

/// Tables with somebody's rows that stay out of the export, and why.
const NOT_EXPORTED: &[&str] = &[
    // Digests of links and codes, and forms under way: short-lived secrets.
    "identity.one_time_token",
    "identity.one_time_code",
    "identity.registration",
    "identity.ceremony",
    // A look-up of the acquirer's ids: the payment itself is exported.
    "billing.gateway_object",
    // Which subscriber an operator has open, for a day.
    "office.subscriber_case",
];

/// The export's name of each table with somebody's rows.
const EXPORTED: &[(&str, &str)] = &[
    ("identity.account", "account"),
    ("identity.membership", "contracts"),
    ("identity.consent", "consents"),
    ("identity.security_log", "security_log"),
    ("identity.session", "sessions"),
    ("identity.known_browser", "known_browsers"),
    ("identity.passkey", "passkeys"),
    ("outbox.delivery", "deliveries"),
    ("billing.subscriber", "subscriber"),
    ("billing.card", "cards"),
    ("billing.card_number", "card_numbers"),
    ("billing.subscription", "subscriptions"),
    ("billing.subscription_hold", "subscription_holds"),
    ("billing.charge", "charges"),
    ("billing.promise", "promises"),
    ("billing.entitlement_intent", "entitlements"),
    ("billing.payment", "payments"),
    ("billing.payment_method", "payment_methods"),
    ("billing.autopay", "autopay"),
    ("billing.autopay_run", "autopay_runs"),
    ("billing.autopay_link", "autopay_links"),
    ("billing.refund", "refunds"),
    ("billing.refund_part", "refund_parts"),
    ("billing.receipt", "receipts"),
    ("billing.receipt_line", "receipt_lines"),
    ("billing.advance_lot", "advances"),
    ("billing.advance_use", "advance_uses"),
    ("ledger.wallet", "wallet"),
    ("ledger.op", "operations"),
    ("ledger.posting", "postings"),
    ("inbox.message", "messages"),
    ("office.identity_check", "identity_checks"),
];

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_export_is_complete_and_holds_no_secret(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    cabinet.paid(&actor, "500", "export-form-1").await;
    let json = privacy::export(&cabinet.services, &actor).await.unwrap();
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let contract = &document["contracts"][0];

    let tables: Vec<String> = sqlx::query_scalar(
        "select distinct c.table_schema || '.' || c.table_name
         from information_schema.columns c
         join information_schema.tables t using (table_schema, table_name)
         join pg_class k on k.oid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass
         where c.column_name in ('subscriber_id', 'account_id') and t.table_type = 'BASE TABLE'
           and not k.relispartition and c.table_schema not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&cabinet.pool)
    .await
    .unwrap();
    let known: BTreeSet<&str> = EXPORTED
        .iter()
        .map(|(table, _)| *table)
        .chain(NOT_EXPORTED.iter().copied())
        .collect();
    let found: BTreeSet<&str> = tables.iter().map(String::as_str).collect();
    assert_eq!(found, known, "a new table must be exported, or named here");
    for (table, name) in EXPORTED {
        let part = document.get(*name).or_else(|| contract.get(*name));
        assert!(part.is_some_and(|part| !part.is_null()), "{table}: {name}");
    }
    for name in ["payments", "postings", "operations", "cards", "messages"] {
        assert!(
            contract[name]
                .as_array()
                .is_some_and(|rows| !rows.is_empty()),
            "{name}"
        );
    }
    for secret in [
        "password_hash",
        "sha256",
        "$argon2",
        "return_token",
        "idem_key",
        "credential",
        "token_sealed",
    ] {
        assert!(!json.contains(secret), "{secret}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_deletion_can_be_taken_back_for_thirty_days(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let signed_in = SignedIn::new(&cabinet, CARD).await;
    let actor = signed_in.actor(&cabinet).await;
    assert_eq!(
        problem(privacy::delete(services, &actor, "да").await),
        Problem::DeleteWord
    );
    privacy::delete(services, &actor, " Удалить ")
        .await
        .unwrap();
    assert!(
        signed_in.actor(&cabinet).await.viewer.is_none(),
        "signed out"
    );

    let again = SignedIn::new(&cabinet, CARD).await;
    let actor = again.actor(&cabinet).await;
    assert!(matches!(
        home::load(services, &actor, Lang::Ru).await,
        Err(ServiceError::SignedOut)
    ));
    privacy::closing(services, &actor).await.unwrap();
    cabinet.shift(29 * 24 * 3600).await;
    services::upkeep::sweep(services).await.unwrap();
    let again = SignedIn::new(&cabinet, CARD).await;
    let actor = again.actor(&cabinet).await;
    privacy::restore(services, &actor).await.unwrap();
    let actor = again.actor(&cabinet).await;
    assert!(home::load(services, &actor, Lang::Ru).await.is_ok());
    assert!(matches!(
        privacy::restore(services, &actor).await,
        Err(ServiceError::SignedOut)
    ));
    cabinet.check().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn after_thirty_days_nothing_personal_is_left_and_the_books_stand(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let services = &cabinet.services;
    let actor = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let account = actor.viewer.as_ref().unwrap().account;
    privacy::delete(services, &actor, "DELETE").await.unwrap();
    cabinet.jobs().await;
    cabinet.shift(30 * 24 * 3600 + 1).await;
    services::upkeep::sweep(services).await.unwrap();
    let refused = problem(cabinet.sign_in(CARD, PASSWORD).await);
    assert!(
        matches!(refused, Problem::SignInMismatch { .. }),
        "{refused:?}"
    );
    for (table, extra) in [
        ("identity.membership", ""),
        ("identity.session", ""),
        ("identity.known_browser", ""),
        ("identity.passkey", ""),
        ("identity.security_log", ""),
        ("inbox.message", ""),
        ("identity.one_time_token", ""),
        ("identity.one_time_code", ""),
        (
            "identity.account",
            " and (email is not null or phone is not null or password_hash is not null)",
        ),
        (
            "outbox.delivery",
            " and (recipient <> '' or subject is not null or body is not null)",
        ),
        (
            "identity.consent",
            " and (address is not null or user_agent <> '')",
        ),
    ] {
        let sql = format!("select count(*) from {table} where account_id = $1{extra}");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(account.0)
            .fetch_one(&cabinet.pool)
            .await
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    // Its owner may come back to the same contract with a new cabinet.
    let id = begin(services, &browser("b"), CARD).await.unwrap();
    let details = Details {
        contract: "2041008755".into(),
        email: "demo0@mail.example".into(),
        terms: true,
        personal_data: true,
        ..Details::default()
    };
    submit(services, &browser("b"), id, &details).await.unwrap();
    cabinet.check().await;
}
