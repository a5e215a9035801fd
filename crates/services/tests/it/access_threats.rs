//! Attacks on access: many guesses, races, other people's ids. What `docs/SECURITY.md` names.

use crate::autopay::save_card;
use crate::support::{Cabinet, browser, cabinet, enter, problem};
use domain::consent::Document;
use domain::form::Problem;
use domain::{Lang, Timestamp};
use futures_util::future::join_all;
use serde_json::json;
use services::access::activation::{Purpose, SetPassword, set_password};
use services::access::change::{ChangePassword, change};
use services::access::codes::{self, Opened};
use services::access::{confirm, contracts, devices, passkeys, recovery, sessions};
use services::demo::{PASSWORD, PEOPLE};
use services::{Actor, Origin, ServiceError, cards, home, messages};
use sqlx::PgPool;
use storage::passkey;

const CARD: &str = "020723406967";
const EMAIL: &str = "demo0@mail.example";
const PHONE: &str = "+79120001000";

/// A passkey of an account, as it stands in the database; its id in the pages, and the moment.
async fn add_passkey(cabinet: &Cabinet, owner: &Actor) -> (String, Timestamp) {
    let account = owner.viewer.as_ref().unwrap().account;
    let (mut tx, now) = cabinet.services.db.begin().await.unwrap();
    passkey::insert(&mut tx, account, &[7; 16], "Телефон", &json!({}), now)
        .await
        .unwrap();
    storage::db::commit(tx).await.unwrap();
    ("07".repeat(16), now)
}

/// Somebody at an address of their own.
fn at(name: &str, number: u8) -> Actor {
    let origin = Origin {
        address: Some([198, 51, 100, number].into()),
        user_agent: "test".into(),
    };
    sessions::guest(origin, name)
}

fn password(token: &str, own: &str) -> SetPassword {
    SetPassword {
        token: token.into(),
        take_offered: false,
        offered: String::new(),
        own: own.into(),
        remember: false,
    }
}

impl Cabinet {
    /// Uses several secrets up at the same moment, each with a password of its own; who was let in.
    async fn race(&self, secrets: &[&str]) -> Vec<String> {
        let tries = secrets.iter().enumerate().map(async |(number, secret)| {
            let own = format!("корова-сено{number}");
            let name = format!("r{number}");
            let command = password(secret, &own);
            let hand = browser(&name);
            let set = set_password(&self.services, &hand, Purpose::Recovery, command);
            match set.await {
                Ok(_) => Some(own),
                Err(ServiceError::NotFound) => None,
                Err(other) => panic!("{other}"),
            }
        });
        join_all(tries).await.into_iter().flatten().collect()
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn of_two_recoveries_at_once_one_sets_the_password(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let ask = async |login: &str| {
        let id = recovery::request(&cabinet.services, &browser("b"), login, Lang::Ru)
            .await
            .unwrap();
        cabinet.jobs().await;
        id
    };
    // One link in many hands.
    ask(EMAIL).await;
    let link = cabinet.link(EMAIL).unwrap();
    let won = cabinet.race(&[link.as_str(); 6]).await;
    assert_eq!(won.len(), 1);
    assert!(cabinet.sign_in_on("z", CARD, &won[0]).await.is_ok());
    assert!(cabinet.sign_in_on("z", CARD, PASSWORD).await.is_err());

    // A link in a letter and the secret that a code has opened.
    ask(EMAIL).await;
    let link = cabinet.link(EMAIL).unwrap();
    let challenge = ask(PHONE).await;
    let code = cabinet.code(PHONE).unwrap();
    let typed = codes::verify(&cabinet.services, &browser("b"), challenge, &code, Lang::Ru).await;
    let Opened::Password(Purpose::Recovery, secret) = typed.unwrap() else {
        panic!("a password was to be set");
    };
    let won = cabinet.race(&[&link, &secret, &link, &secret]).await;
    assert_eq!(won.len(), 1, "{won:?}");
    assert!(cabinet.sign_in_on("z", CARD, &won[0]).await.is_ok());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_passkey_of_another_account_is_not_found(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let owner = cabinet.sign_in_on("a", CARD, PASSWORD).await.unwrap();
    let thief = cabinet
        .sign_in_on("t", PEOPLE[1].card, PASSWORD)
        .await
        .unwrap();
    let account = owner.viewer.as_ref().unwrap().account;
    let (id, now) = add_passkey(&cabinet, &owner).await;
    let services = &cabinet.services;
    let looked = passkeys::one(services, &thief, &id).await;
    assert!(matches!(looked, Err(ServiceError::NotFound)));
    let renamed = passkeys::rename(services, &thief, &id, "Мой").await;
    assert!(matches!(renamed, Err(ServiceError::NotFound)));
    let removed = passkeys::remove(services, &thief, &id).await;
    assert!(matches!(removed, Err(ServiceError::NotFound)));
    let kept = passkeys::one(services, &owner, &id).await.unwrap();
    assert_eq!(kept.name, "Телефон");

    // A ceremony is answered by the account and in the browser that have begun it, and once.
    let asked = passkeys::begin_add(services, &owner).await.unwrap();
    let stranger = thief.viewer.as_ref().unwrap().account;
    let (mut tx, _) = services.db.begin().await.unwrap();
    for (browser, account, fits) in [
        (&thief.browser, Some(stranger), false),
        (&owner.browser, Some(stranger), false),
        (&thief.browser, Some(account), false),
        (&owner.browser, None, false),
        (&owner.browser, Some(account), true),
        (&owner.browser, Some(account), false),
    ] {
        let taken = passkey::take(&mut tx, asked.ceremony, browser, account, now).await;
        assert_eq!(taken.unwrap().is_some(), fits);
    }
}

/// Known passwords of many people, tried from one place.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn many_logins_from_one_address_are_stopped(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let node = cabinet.node(|settings| settings.access.sign_in_tries_per_address = 4);
    // Somebody of that village has been in before.
    enter(&node, &browser("neighbour"), CARD, PASSWORD)
        .await
        .unwrap();
    let mut refused = 0;
    for (number, person) in PEOPLE.iter().enumerate() {
        let thief = browser(&format!("thief-{number}"));
        let tried = problem(enter(&node, &thief, person.card, "stolen-elsewhere-1").await);
        refused += u32::from(matches!(tried, Problem::TooManyTries { .. }));
    }
    assert_eq!(refused as usize, PEOPLE.len() - 4);
    // A right one is not tried either, the neighbour gets in, and so does another address.
    let right = enter(&node, &browser("thief"), PEOPLE[1].card, PASSWORD).await;
    assert!(matches!(problem(right), Problem::TooManyTries { .. }));
    let neighbour = enter(&node, &browser("neighbour"), CARD, PASSWORD).await;
    assert!(neighbour.is_ok());
    let elsewhere = enter(&node, &at("else", 9), PEOPLE[1].card, PASSWORD).await;
    assert!(elsewhere.is_ok());
}

/// From everywhere at once, each address with a guess or two.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn sign_ins_of_everybody_together_have_a_limit(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    // Sixteen shares of two.
    let node = cabinet.node(|settings| settings.access.sign_in_tries_everywhere = 32);
    let owner = at("owner", 1);
    enter(&node, &owner, CARD, PASSWORD).await.unwrap();
    let mut let_through = 0;
    for number in 0..120_u8 {
        let bot = at(&format!("bot-{number}"), 10 + number);
        let login = format!("0207999{number:05}");
        let tried = problem(enter(&node, &bot, &login, "guess-1!").await);
        let_through += u32::from(!matches!(tried, Problem::TooManyTries { .. }));
    }
    assert!((16..=32).contains(&let_through), "{let_through}");
    assert!(enter(&node, &owner, CARD, PASSWORD).await.is_ok());
    cabinet.shift(61).await;
    let stranger = enter(&node, &at("guest", 200), PEOPLE[1].card, PASSWORD).await;
    assert!(stranger.is_ok(), "a minute later it is over");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_nodes_count_together(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let five = |settings: &mut services::Settings| settings.access.sign_in_tries = 5;
    let nodes = [cabinet.node(five), cabinet.node(five)];
    for (number, left) in [4, 3, 2, 1, 0].into_iter().enumerate() {
        let tried = enter(&nodes[number % 2], &browser("b"), CARD, "guess-1!").await;
        assert_eq!(problem(tried), Problem::SignInMismatch { left });
    }
    for node in &nodes {
        let tried = enter(node, &browser("b"), CARD, PASSWORD).await;
        assert!(matches!(problem(tried), Problem::TooManyTries { .. }));
    }
}

/// What could be somebody else's doing is told by every contact and in the inbox.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn changes_of_access_are_told_by_every_contact_and_in_the_inbox(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let owner = cabinet.sign_in(CARD, PASSWORD).await.unwrap();
    let newest = async || {
        let inbox = messages::list(&cabinet.services, &owner, Lang::Ru).await;
        let newest = inbox.unwrap().messages.into_iter().next();
        newest.map(|message| message.title).unwrap_or_default()
    };
    let told = async |title: &str| {
        cabinet.jobs().await;
        assert_eq!(newest().await, title);
        for to in [EMAIL, PHONE] {
            assert_eq!(cabinet.texts(to, title), 1, "{title}: {to}");
        }
    };
    let command = ChangePassword {
        current: PASSWORD.into(),
        new: "корова-сено7".into(),
    };
    change(&cabinet.services, &owner, command).await.unwrap();
    told("Пароль изменён").await;

    let (id, _) = add_passkey(&cabinet, &owner).await;
    passkeys::remove(&cabinet.services, &owner, &id)
        .await
        .unwrap();
    told("Удалён ключ доступа").await;

    cabinet
        .sign_in_on("new device", CARD, "корова-сено7")
        .await
        .unwrap();
    told("Вход с нового устройства").await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_consent_says_which_text_when_and_from_where(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let guest = browser("b");
    let services = &cabinet.services;
    let id = services::access::registration::begin(services, &guest, "020723430001")
        .await
        .unwrap();
    let details = services::access::registration::Details {
        contract: "2041009001".into(),
        email: "elena@mail.example".into(),
        terms: true,
        personal_data: true,
        ..Default::default()
    };
    services::access::registration::submit(services, &guest, id, &details)
        .await
        .unwrap();
    let rows: Vec<(String, String, bool, String, String)> = sqlx::query_as(
        "select document, version, at between app.now() - interval '1 minute' and app.now(),
                host(address), user_agent
         from identity.consent join identity.account using (account_id)
         where email = 'elena@mail.example' and given order by document",
    )
    .fetch_all(&cabinet.pool)
    .await
    .unwrap();
    let expected = [Document::PersonalData, Document::Terms].map(|document| {
        let (code, version) = (document.code().to_owned(), document.version().to_owned());
        (
            code,
            version,
            true,
            "192.0.2.1".to_owned(),
            "test".to_owned(),
        )
    });
    assert_eq!(rows, expected);
}

/// Whose id it is decides, not who knows it: everything else is not found, and nothing changes.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn other_peoples_ids_are_not_found(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let owner = cabinet.sign_in_on("a", CARD, PASSWORD).await.unwrap();
    let thief = cabinet
        .sign_in_on("t", PEOPLE[1].card, PASSWORD)
        .await
        .unwrap();
    let services = &cabinet.services;
    // A message.
    let inbox = messages::list(services, &owner, Lang::Ru).await.unwrap();
    let message = inbox.messages.first().unwrap();
    let opened = messages::open(services, &thief, message.id, Lang::Ru).await;
    assert!(matches!(opened, Err(ServiceError::NotFound)));
    let again = messages::list(services, &owner, Lang::Ru).await.unwrap();
    assert_eq!(again.messages.first().unwrap().read, message.read);
    // The card in view.
    let held = contracts::list(services, &owner).await.unwrap();
    let card = held[0].cards[0].id;
    let chosen = home::choose_card(services, &thief, card).await;
    assert!(matches!(chosen, Err(ServiceError::NotFound)));
    assert!(matches!(
        contracts::card(services, &thief, card).await,
        Err(ServiceError::NotFound)
    ));
    // A signed-in device.
    let session = owner.viewer.as_ref().unwrap().session;
    let ended = devices::end_one(services, &thief, session).await;
    assert!(matches!(ended, Err(ServiceError::NotFound)));
    // A saved bank card.
    let subscriber = owner.viewer.as_ref().unwrap().subscriber;
    let method = save_card(&cabinet, &owner, "a-form-sent-once").await;
    let contract = cards::page(services, &thief).await.unwrap().contract;
    let removed = cards::remove(services, &thief, contract.as_str(), method).await;
    assert!(removed.is_ok_and(|removed| !removed.card));
    let mut conn = cabinet.pool.acquire().await.unwrap();
    let left = storage::payment_method::list(&mut conn, subscriber).await;
    assert_eq!(left.unwrap().len(), 1);
}

/// Whoever holds a device that was left open cannot throw its owner out of the others.
#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn devices_are_signed_out_only_after_the_password(pool: PgPool) {
    let cabinet = cabinet(pool).await;
    let first = cabinet.sign_in_on("a", CARD, PASSWORD).await.unwrap();
    let second = cabinet.sign_in_on("b", CARD, PASSWORD).await.unwrap();
    let other = second.viewer.as_ref().unwrap().session;
    let services = &cabinet.services;
    cabinet
        .shift(services.settings.access.confirm_life + 1)
        .await;
    let late = devices::end_one(services, &first, other).await;
    assert!(matches!(late, Err(ServiceError::ConfirmFirst)));
    let late = devices::end_others(services, &first).await;
    assert!(matches!(late, Err(ServiceError::ConfirmFirst)));
    confirm::confirm(services, &first, PASSWORD).await.unwrap();
    let viewer = first.viewer.as_ref().unwrap();
    let mut conn = cabinet.pool.acquire().await.unwrap();
    let now = storage::db::now(&mut conn).await.unwrap();
    let confirmed = Actor {
        viewer: Some(services::Viewer {
            confirmed_at: now,
            ..viewer.clone()
        }),
        ..first.clone()
    };
    devices::end_one(services, &confirmed, other).await.unwrap();
}
