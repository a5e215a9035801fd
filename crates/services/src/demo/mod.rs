//! Demo data: tariffs and people in every state the home page knows. Contracts and tariffs are
//! written directly; money goes through the ledger and the payment flow's own functions, so the
//! demo's books balance like real ones.

use crate::billing::{charged_for, digest, lender, new_id};
use crate::error::commit;
use crate::receipts::advances::Moved;
use crate::receipts::writing::{Paid, write_advance};
use crate::{ServiceError, Services, zone};
use chrono_tz::Tz;
use domain::billing::{Hold, PeriodUnit, Price};
use domain::consent::Document;
use domain::ids::{
    AccountId, CardId, EventId, MessageId, OpId, PaymentId, PriceVersionId, ProductId, PromiseId,
    SubscriberId, SubscriptionId,
};
use domain::ledger as rules;
use domain::notice::Notice;
use domain::payment::{Means, PaymentState, Purpose};
use domain::promise::next_step;
use domain::receipt::{Fiscal, ReceiptState};
use domain::settings::{OffsetPolicy, PromiseTerms};
use domain::{CardNumber, ContractNumber, Date, Email, Lang, Money, Phone, Timestamp};
use gateways::acquirer::ReceiptTaken;
use serde_json::json;
use storage::account::{Origin, Proven};
use storage::inbox::Reader;
use storage::ledger::Posted;
use storage::payment::{Change, New};
use storage::seed::{NewSubscription, Product};
use storage::subscriber::{Death, Subscriber};
use storage::{
    Conn, account, consent, inbox, ledger, payment, promise, receipt, seed, subscriber,
    subscription,
};

mod office;
mod people;
mod places;
mod vouchers;

pub use office::{
    OFFICE, OfficePerson, code as office_code, code_at as office_code_at, keys as office_keys,
};
use people::State;
pub use people::{PASSWORD, PEOPLE, Person};
pub use places::{seller, support};

/// The key of the demo's saved cards: everybody knows it.
pub fn card_keys() -> crate::seal::Keys {
    crate::seal::Keys::new([std::array::from_fn(|at| at as u8 + 77)])
}
pub use vouchers::{
    expired as expired_voucher, good as vouchers, keys as voucher_keys,
    not_active as unsold_voucher,
};

/// Of the past, advances are kept and services have no receipts.
const OF_THE_PAST: OffsetPolicy = OffsetPolicy::None;

/// Tariffs of the demo.
struct Catalogue {
    unlimited: (ProductId, PriceVersionId, Price),
    standard_year: (ProductId, PriceVersionId, Price),
    favourite: (ProductId, PriceVersionId, Price),
}

/// Seeds the demo once; `false` when it was seeded before.
pub async fn seed(services: &Services) -> Result<bool, ServiceError> {
    let hash = services.hasher.hash(PASSWORD).await?;
    let (mut tx, now) = services.db.begin().await?;
    office::write(&mut tx, services, &hash, now).await?;
    if seed::is_seeded(&mut tx).await? {
        commit(tx).await?;
        return Ok(false);
    }
    ledger::ensure_months(&mut tx, now.plus_seconds(-70 * 24 * 3600), 6).await?;
    let catalogue = catalogue(&mut tx).await?;
    for (index, person) in PEOPLE.iter().enumerate() {
        write_person(&mut tx, &catalogue, person, index, &hash, now).await?;
    }
    let today = zone::today(chrono_tz::Europe::Moscow, now);
    vouchers::write(&mut tx, &services.settings.voucher_keys, today, now).await?;
    commit(tx).await?;
    Ok(true)
}

async fn catalogue(conn: &mut Conn) -> Result<Catalogue, ServiceError> {
    let from = Date::new(2024, 1, 1).ok_or(ServiceError::NotFound)?;
    let mut products = Vec::new();
    for (code, name, channels, archived, prices) in [
        (
            "standard",
            "Стандарт",
            64,
            false,
            [(1u16, 149), (12, 1_200)].as_slice(),
        ),
        (
            "unlimited",
            "Безлимитный",
            184,
            false,
            &[(1, 399), (12, 3_600)],
        ),
        ("favourite", "Любимый", 70, true, &[(1, 170)]),
    ] {
        let product = ProductId(new_id());
        seed::insert_product(
            conn,
            Product {
                id: product,
                code,
                name,
                channels,
                archived,
            },
        )
        .await?;
        for (count, roubles) in prices {
            let price = Price {
                amount: Money::from_roubles(*roubles),
                unit: PeriodUnit::Month,
                count: *count,
            };
            let version = PriceVersionId(new_id());
            seed::insert_price(conn, version, product, price, from).await?;
            products.push((code, *count, (product, version, price)));
        }
    }
    let find = |code: &str, count: u16| {
        products
            .iter()
            .find(|(c, n, _)| *c == code && *n == count)
            .map(|(_, _, found)| *found)
            .ok_or_else(|| ServiceError::Internal(format!("no tariff {code} for {count}")))
    };
    Ok(Catalogue {
        unlimited: find("unlimited", 1)?,
        standard_year: find("standard", 12)?,
        favourite: find("favourite", 1)?,
    })
}

/// A person being written.
struct Writing<'a> {
    conn: &'a mut Conn,
    subscriber: SubscriberId,
    tz: Tz,
    email: Email,
    now: Timestamp,
    payments: u32,
}

async fn write_person(
    conn: &mut Conn,
    catalogue: &Catalogue,
    person: &Person,
    index: usize,
    hash: &str,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let wrong =
        |what: &str| ServiceError::Internal(format!("demo data: {what} of {}", person.surname));
    let tz = if person.state == State::Yearly {
        "Asia/Kamchatka"
    } else {
        "Europe/Moscow"
    };
    let email = Email::parse(&format!("demo{index}@mail.example")).map_err(|_| wrong("e-mail"))?;
    let phone =
        Phone::parse(&format!("+7912000{:04}", 1000 + index)).map_err(|_| wrong("phone"))?;
    let subscriber = Subscriber {
        id: SubscriberId(new_id()),
        contract: ContractNumber::parse(person.contract).map_err(|_| wrong("contract"))?,
        surname: person.surname.into(),
        given_name: person.name.into(),
        phone: Some(phone.clone()),
        email: Some(email.clone()),
        tz: tz.into(),
    };
    // A client of more than a year.
    let since = now.plus_seconds(-400 * 24 * 3600);
    seed::insert_subscriber(conn, &subscriber, since).await?;
    ledger::open(conn, subscriber.id, now).await?;
    let card = CardId(new_id());
    let number = CardNumber::parse(person.card).map_err(|_| wrong("card"))?;
    let dead = (person.state == State::Blocked).then_some(Death::Blocked);
    let name = (person.state == State::TwoCards).then_some("Дом");
    subscriber::insert_card(conn, subscriber.id, card, &number, name, dead, 0).await?;
    if person.registered {
        let account = AccountId(new_id());
        account::insert_pending(conn, account, Some(&email), Some(&phone), Lang::Ru, now).await?;
        account::insert_membership(conn, account, subscriber.id, now).await?;
        for document in [Document::Terms, Document::PersonalData] {
            let (id, origin) = (EventId(new_id()), Origin::default());
            consent::record(conn, account, id, document, true, &origin, now).await?;
        }
        account::set_password(conn, account, hash, Proven::Email, email.as_str(), now).await?;
        account::set_password(conn, account, hash, Proven::Phone, phone.as_str(), now).await?;
    }
    let mut writing = Writing {
        conn,
        subscriber: subscriber.id,
        tz: zone::parse(tz),
        email,
        now,
        payments: 0,
    };
    writing.services(catalogue, person.state, card).await?;
    if person.state == State::TwoCards {
        let second = CardId(new_id());
        let number = CardNumber::parse("020723418887").map_err(|_| wrong("card"))?;
        let name = Some("Дача");
        subscriber::insert_card(writing.conn, subscriber.id, second, &number, name, None, 1)
            .await?;
        let id = writing
            .subscribe(catalogue.favourite, second, -40, -9)
            .await?;
        writing.suspend(id).await?;
    }
    if person.registered {
        writing.news().await?;
    }
    Ok(())
}

impl Writing<'_> {
    fn day(&self, offset: i32) -> Date {
        zone::today(self.tz, self.now).plus_days(offset)
    }

    /// Brings a person into a state by the operations that lead there.
    async fn services(
        &mut self,
        catalogue: &Catalogue,
        state: State,
        card: CardId,
    ) -> Result<(), ServiceError> {
        let unlimited = catalogue.unlimited;
        match state {
            State::Active => {
                self.top_up(399, -38, "4821").await?;
                let id = self.subscribe(unlimited, card, -37, -7).await?;
                self.charge(id, unlimited.2, -37, -7, "Безлимитный").await?;
                self.top_up(1_000, -8, "4821").await?;
                self.renew(id, unlimited.2, -7, 23, "Безлимитный").await?;
                self.top_up(649, 0, "4821").await
            }
            State::Soon => {
                self.top_up(408, -29, "7730").await?;
                let id = self.subscribe(unlimited, card, -28, 2).await?;
                self.charge(id, unlimited.2, -28, 2, "Безлимитный").await
            }
            State::Suspended | State::Fresh | State::Blocked => {
                self.top_up(658, -33, "1190").await?;
                let id = self.subscribe(unlimited, card, -31, -1).await?;
                self.charge(id, unlimited.2, -31, -1, "Безлимитный").await?;
                self.suspend(id).await
            }
            State::Promise => {
                self.top_up(259, -3, "5512").await?;
                self.promise(140, 0).await?;
                let id = self.subscribe(unlimited, card, 0, 30).await?;
                self.charge(id, unlimited.2, 0, 30, "Безлимитный").await
            }
            State::PromiseLate => {
                self.top_up(9, -7, "2207").await?;
                self.promise(390, 5 * 24).await?;
                let id = self.subscribe(unlimited, card, -5, 25).await?;
                self.charge(id, unlimited.2, -5, 25, "Безлимитный").await
            }
            State::Pending => {
                self.top_up(399, -32, "6604").await?;
                let id = self.subscribe(unlimited, card, -31, -1).await?;
                self.charge(id, unlimited.2, -31, -1, "Безлимитный").await?;
                self.suspend(id).await?;
                self.pending(500).await
            }
            State::Yearly => {
                let yearly = catalogue.standard_year;
                self.top_up(1_200, -60, "0007").await?;
                let id = self.subscribe(yearly, card, -60, 305).await?;
                self.charge(id, yearly.2, -60, 305, "Стандарт").await
            }
            State::TwoCards => {
                self.top_up(450, -20, "3321").await?;
                let id = self.subscribe(unlimited, card, -15, 15).await?;
                self.charge(id, unlimited.2, -15, 15, "Безлимитный").await
            }
        }
    }

    fn at(&self, offset_days: i32, hour: i64) -> Timestamp {
        let at = zone::midnight(self.tz, self.day(offset_days)).plus_seconds(hour * 3600);
        at.min(self.now)
    }

    async fn subscribe(
        &mut self,
        product: (ProductId, PriceVersionId, Price),
        card: CardId,
        from: i32,
        to: i32,
    ) -> Result<SubscriptionId, ServiceError> {
        let id = SubscriptionId(new_id());
        let paid_through = self.day(to);
        let new = NewSubscription {
            id,
            card,
            product: product.0,
            price: product.1,
            period_from: self.day(from),
            paid_through,
            next_charge_at: (to > 0).then(|| zone::midnight(self.tz, paid_through)),
        };
        seed::insert_subscription(self.conn, self.subscriber, &new).await?;
        let on = to > 0;
        subscription::set_intent(
            self.conn,
            self.subscriber,
            id,
            card,
            on,
            paid_through,
            self.now,
        )
        .await?;
        Ok(id)
    }

    async fn suspend(&mut self, id: SubscriptionId) -> Result<(), ServiceError> {
        subscription::add_hold(self.conn, self.subscriber, id, Hold::Debt, self.now).await?;
        Ok(())
    }

    async fn charge(
        &mut self,
        id: SubscriptionId,
        price: Price,
        from: i32,
        to: i32,
        tariff: &str,
    ) -> Result<(), ServiceError> {
        let period = domain::billing::Period {
            from: self.day(from),
            to: self.day(to),
        };
        let at = self.at(from, 0);
        let wallet = ledger::lock(self.conn, self.subscriber).await?;
        let op = rules::charge(
            OpId(new_id()),
            self.subscriber,
            id,
            period,
            price.amount,
            &wallet,
            at,
        )?;
        let meta = json!({ "detail": tariff, "from": period.from.to_string(), "to": period.to.to_string() });
        ledger::post(self.conn, &op, &wallet, &digest(&op), "seed", &meta, at).await?;
        let charge = subscription::Charge {
            subscription: id,
            period,
            amount: price.amount,
            op: op.id,
            promise: lender(self.conn, self.subscriber, &wallet, price.amount).await?,
        };
        subscription::insert_charge(self.conn, self.subscriber, &charge).await?;
        let name = charged_for(tariff, period);
        Moved::by(&op, &wallet, OF_THE_PAST, at)
            .charged(self.conn, &name, price.amount)
            .await
    }

    async fn renew(
        &mut self,
        id: SubscriptionId,
        price: Price,
        from: i32,
        to: i32,
        tariff: &str,
    ) -> Result<(), ServiceError> {
        self.charge(id, price, from, to, tariff).await?;
        let running = subscription::list(self.conn, self.subscriber).await?;
        for mut stored in running.into_iter().filter(|stored| stored.id == id) {
            stored.period_from = self.day(from);
            stored.rules.paid_through = self.day(to);
            stored.rules.anchor_day = self.day(to).day();
            let next = zone::midnight(self.tz, stored.rules.paid_through);
            subscription::update(self.conn, self.subscriber, &stored, Some(next)).await?;
            let until = stored.rules.paid_through;
            subscription::set_intent(
                self.conn,
                self.subscriber,
                id,
                stored.card,
                true,
                until,
                self.now,
            )
            .await?;
        }
        Ok(())
    }

    async fn new_payment(
        &mut self,
        roubles: i32,
        at: Timestamp,
    ) -> Result<payment::Payment, ServiceError> {
        self.payments += 1;
        let id = PaymentId(new_id());
        let new = New {
            subscriber: self.subscriber,
            id,
            amount: Money::from_roubles(roubles),
            form_key: &format!("seed-{:04}", self.payments),
            idem_key: &id.to_string(),
            return_token: &crate::crypto::random_token(),
            receipt_email: &self.email,
            purpose: Purpose::TopUp,
            means: Means::BankCard,
            save: false,
            by_square: false,
        };
        payment::insert(self.conn, &new, at).await?;
        payment::get(self.conn, self.subscriber, id)
            .await?
            .ok_or_else(|| ServiceError::Internal("demo payment vanished".into()))
    }

    /// The receipt of a payment of the past, as the tax service would have it by now.
    async fn registered(
        &mut self,
        made: &payment::Payment,
        op: OpId,
        at: Timestamp,
    ) -> Result<(), ServiceError> {
        let contract = subscriber::get(self.conn, self.subscriber)
            .await?
            .ok_or(ServiceError::NotFound)?
            .contract;
        let paid = Paid {
            payment: made,
            contract: &contract,
            taken: ReceiptTaken::Yes,
        };
        write_advance(self.conn, &paid, op, at).await?;
        let newest = receipt::list(self.conn, self.subscriber, None, 1).await?;
        for found in newest {
            let number = found.id.0.as_u128();
            let fiscal = Fiscal {
                storage: "9960440300000017".into(),
                document: (number % 90_000 + 10_000).to_string(),
                attribute: (number % 3_000_000_000 + 1_000_000_000).to_string(),
                at: at.plus_seconds(5),
            };
            let change = receipt::Change {
                provider: Some(("demo", &found.id.to_string())),
                fiscal: Some(fiscal),
                ..receipt::Change::default()
            };
            receipt::update(self.conn, &found, ReceiptState::Registered, &change).await?;
        }
        Ok(())
    }

    async fn top_up(&mut self, roubles: i32, offset: i32, last4: &str) -> Result<(), ServiceError> {
        let at = self.at(offset, 9);
        let made = self.new_payment(roubles, at).await?;
        let wallet = ledger::lock(self.conn, self.subscriber).await?;
        let op = rules::top_up(
            OpId(new_id()),
            self.subscriber,
            made.id,
            made.amount,
            &wallet,
            at,
        )?;
        let meta = json!({ "payment": made.id, "detail": format!("•• {last4}") });
        let Posted::Now(after) =
            ledger::post(self.conn, &op, &wallet, &digest(&op), "seed", &meta, at).await?
        else {
            return Err(ServiceError::Internal(
                "demo payment was posted earlier".into(),
            ));
        };
        self.registered(&made, op.id, at).await?;
        let moved = Moved::by(&op, &wallet, OF_THE_PAST, at);
        let repaid = wallet.repaid(&after)?;
        moved
            .received(self.conn, op.brings(), repaid, Some(made.id))
            .await?;
        let change = Change {
            sent_at: Some(at),
            credited_at: Some(at),
            card_last4: Some(last4.to_owned()),
            ..Change::default()
        };
        payment::update(self.conn, &made, PaymentState::Succeeded, &change).await?;
        let notice = Notice::PaymentCredited {
            amount: made.amount,
            balance: Money::from_kopecks(wallet.available.kopecks() + made.amount.kopecks()),
            paid_through: None,
            restored: false,
            repaid: Money::ZERO,
        };
        inbox::insert(self.conn, self.subscriber, MessageId(new_id()), &notice, at).await?;
        // None of the demo's messages is about a login.
        let reader = Reader {
            subscriber: self.subscriber,
            account: AccountId(uuid::Uuid::nil()),
        };
        inbox::mark_read(self.conn, reader, None, at).await?;
        Ok(())
    }

    /// A payment whose payer came back and whose bank has not answered: the acquirer does not know
    /// it, so it stays as it is.
    async fn pending(&mut self, roubles: i32) -> Result<(), ServiceError> {
        let at = self.now.plus_seconds(-90);
        let made = self.new_payment(roubles, at).await?;
        let change = Change {
            sent_at: Some(at),
            ..Change::default()
        };
        payment::update(self.conn, &made, PaymentState::Pending, &change).await?;
        payment::mark_returned(self.conn, self.subscriber, made.id, self.now).await?;
        Ok(())
    }

    /// Lends some roubles that long ago; the worker then does what has fallen due since.
    async fn promise(&mut self, roubles: i32, hours_ago: i64) -> Result<(), ServiceError> {
        let id = PromiseId(new_id());
        let amount = Money::from_roubles(roubles);
        let at = self.now.plus_seconds(-hours_ago * 3600);
        let due_at = at.plus_seconds(72 * 3600);
        let new = promise::New {
            id,
            amount,
            fee: Money::ZERO,
            on_default: PromiseTerms::default().on_default,
            due_at,
            next_step_at: next_step(due_at, self.now, &PromiseTerms::default()),
        };
        promise::insert(self.conn, self.subscriber, &new, at).await?;
        let wallet = ledger::lock(self.conn, self.subscriber).await?;
        let op = rules::promise_grant(OpId(new_id()), self.subscriber, id, amount, at)?;
        let (digest, meta) = (digest(&op), json!({}));
        ledger::post(self.conn, &op, &wallet, &digest, "seed", &meta, at).await?;
        let notice = Notice::PromiseGranted {
            amount,
            due: zone::local(self.tz, due_at),
        };
        inbox::insert(self.conn, self.subscriber, MessageId(new_id()), &notice, at).await?;
        Ok(())
    }

    async fn news(&mut self) -> Result<(), ServiceError> {
        let notice = Notice::News {
            title_ru: "С 1 декабря — 6 новых каналов".into(),
            body_ru: "Два о природе, два детских, кино и спорт. Они уже входят в «Безлимитный», доплачивать не нужно. Приёмник найдёт их сам.".into(),
            title_en: "Six new channels from 1 December".into(),
            body_en: "Two about nature, two for children, cinema and sport. They are part of “Безлимитный” already, there is nothing to pay. The receiver finds them by itself.".into(),
        };
        let at = self.at(0, 8);
        inbox::insert(self.conn, self.subscriber, MessageId(new_id()), &notice, at).await?;
        Ok(())
    }
}
