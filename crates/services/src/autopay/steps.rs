//! What the worker does about standing orders: one act after the other, each in one transaction that
//! holds the contract's autopay, until there is nothing to do but wait. It may run on several nodes at
//! once and as often as it likes: a month has one payment at most, since its row is the month's key.

use super::{short, told};
use crate::billing::new_id;
use crate::error::{commit, retried};
use crate::{ServiceError, Services, billing, crypto, payment_flow, zone};
use chrono_tz::Tz;
use domain::autopay::{Act, Facts, LOOK_AGAIN, MandateState, RunState, next};
use domain::ids::{PaymentId, SubscriberId};
use domain::notice::Notice;
use domain::payment::{CancelReason, Means, PaymentState, Purpose};
use domain::{Email, Money, Timestamp};
use storage::account::Account;
use storage::autopay::Mandate;
use storage::autopay_run::Month;
use storage::payment::New;
use storage::{Conn, account, autopay, autopay_run, payment, subscriber};

/// More acts than this in a row are left for the next run.
const MOST: usize = 8;

/// What follows an act.
enum Then {
    /// Decide anew.
    Again,
    /// Send this payment, then decide anew.
    Submit(PaymentId),
    /// Nothing more for now.
    Rest,
}

/// Does what is due about the order of a contract.
pub async fn step(services: &Services, subscriber: SubscriberId) -> Result<(), ServiceError> {
    // Periods that have ended are charged first: what is short is seen only after that.
    billing::settle_due(services, subscriber).await?;
    for _ in 0..MOST {
        match retried(|| one(services, subscriber)).await? {
            Then::Again => {}
            Then::Submit(id) => {
                payment_flow::submit(services, subscriber, id).await?;
            }
            Then::Rest => break,
        }
    }
    Ok(())
}

async fn one(services: &Services, subscriber: SubscriberId) -> Result<Then, ServiceError> {
    let (mut tx, now) = services.db.begin().await?;
    let order = autopay::lock(&mut tx, subscriber).await?;
    close_left_over(&mut tx, subscriber, now).await?;
    autopay_run::paid_late(&mut tx, subscriber).await?;
    let then = match order.filter(|order| order.state == MandateState::Active) {
        Some(order) => {
            let contract = subscriber::get(&mut tx, subscriber)
                .await?
                .ok_or(ServiceError::NotFound)?;
            let case = Case {
                services,
                subscriber,
                tz: zone::parse(&contract.tz),
                order: &order,
                month: autopay_run::open(&mut tx, subscriber, order.id).await?,
                now,
            };
            case.act(&mut tx).await?
        }
        None => Then::Rest,
    };
    commit(tx).await?;
    Ok(then)
}

/// Payments of orders that ended while they were under way: their months are closed as they end.
async fn close_left_over(
    conn: &mut Conn,
    subscriber: SubscriberId,
    now: Timestamp,
) -> Result<(), ServiceError> {
    for month in autopay_run::left_over(conn, subscriber, None).await? {
        let Some((_, state, reason)) = month.run.payment else {
            continue;
        };
        let (state, reason) = match state {
            PaymentState::Succeeded => (RunState::Succeeded, None),
            PaymentState::Canceled => (RunState::Skipped, reason),
            PaymentState::Abandoned => (RunState::Failed, Some(CancelReason::Other)),
            _ => continue,
        };
        autopay_run::close(conn, subscriber, month.month, state, reason, now).await?;
    }
    Ok(())
}

/// An order with what a decision rests on.
struct Case<'a> {
    services: &'a Services,
    subscriber: SubscriberId,
    tz: Tz,
    order: &'a Mandate,
    month: Option<Month>,
    now: Timestamp,
}

impl Case<'_> {
    async fn act(&self, conn: &mut Conn) -> Result<Then, ServiceError> {
        let (subscriber, now) = (self.subscriber, self.now);
        let terms = &self.services.settings.autopay;
        let scheduled = self.order.scheduled_at;
        let run = self.month.as_ref().map(|month| &month.run);
        // After a long sleep it is what is short from now on that counts.
        let due = run.map_or(scheduled, |run| run.due_at).max(now);
        let day = self.order.day;
        let needed = short(conn, self.services, subscriber, self.tz, day, due, now).await?;
        let facts = Facts {
            now,
            scheduled,
            run,
            needed,
        };
        let this_month = self.month.as_ref().map(|month| month.month);
        match next(&facts, terms) {
            Act::Wait(until) => {
                self.look_at(conn, scheduled, until).await?;
                Ok(Then::Rest)
            }
            Act::Announce { sum, due_at } => {
                let scheduled_day = zone::today(self.tz, scheduled);
                let month = this_month.unwrap_or_else(|| scheduled_day.first_of_month());
                self.announce(conn, month, sum, due_at).await
            }
            Act::Remind => {
                if let Some(month) = &self.month {
                    autopay_run::reminded(conn, subscriber, month.month).await?;
                    self.tell_due(conn, month.run.noticed, month.run.due_at)
                        .await?;
                }
                Ok(Then::Again)
            }
            Act::Charge(_) if self.is_paying(conn).await? => {
                self.look_at(conn, scheduled, now.plus_seconds(LOOK_AGAIN))
                    .await?;
                Ok(Then::Rest)
            }
            Act::Charge(sum) => self.charge(conn, sum).await,
            Act::Skip => self.close(conn, RunState::Skipped).await,
            Act::Succeeded => self.close(conn, RunState::Succeeded).await,
            Act::TryAgain(at) => {
                if let Some(month) = &self.month {
                    autopay_run::try_again(conn, subscriber, month.month, at, true).await?;
                    let notice = Notice::AutopayFailed {
                        sum: month.run.noticed,
                        retry: Some(zone::local(self.tz, at)),
                    };
                    told::tell(conn, self.services, subscriber, &notice, now).await?;
                }
                Ok(Then::Again)
            }
            Act::Postpone(at) => {
                if let Some(month) = &self.month {
                    tracing::error!(%subscriber, "autopay.postponed: it never came to the bank, people must look");
                    autopay_run::try_again(conn, subscriber, month.month, at, false).await?;
                }
                Ok(Then::Again)
            }
            Act::Fail(reason) => {
                if let Some(month) = &self.month {
                    let month_id = month.month;
                    let failed = RunState::Failed;
                    autopay_run::close(conn, subscriber, month_id, failed, Some(reason), now)
                        .await?;
                    let notice = Notice::AutopayFailed {
                        sum: month.run.noticed,
                        retry: None,
                    };
                    told::tell(conn, self.services, subscriber, &notice, now).await?;
                }
                autopay::pause(conn, subscriber, self.order.id, reason).await?;
                Ok(Then::Rest)
            }
        }
    }

    async fn look_at(
        &self,
        conn: &mut Conn,
        scheduled: Timestamp,
        next: Timestamp,
    ) -> Result<(), ServiceError> {
        Ok(autopay::look_at(conn, self.subscriber, self.order.id, scheduled, next).await?)
    }

    async fn announce(
        &self,
        conn: &mut Conn,
        month: domain::Date,
        sum: Money,
        due_at: Timestamp,
    ) -> Result<Then, ServiceError> {
        let terms = &self.services.settings.autopay;
        // Told so late that the second notice would follow at once: one is enough.
        let reminded = due_at.seconds_since(self.now) < terms.notice_last + 3600;
        let about = (sum, due_at, reminded);
        let (subscriber, order) = (self.subscriber, self.order.id);
        if autopay_run::announce(conn, subscriber, order, month, about, self.now).await? {
            self.tell_due(conn, sum, due_at).await?;
            self.look_at(conn, self.order.scheduled_at, self.now)
                .await?;
        } else {
            // This month was paid, or tried, under another order.
            self.next_month(conn).await?;
        }
        Ok(Then::Again)
    }

    async fn tell_due(
        &self,
        conn: &mut Conn,
        sum: Money,
        due_at: Timestamp,
    ) -> Result<(), ServiceError> {
        let due = told::Due {
            sum,
            at: zone::local(self.tz, due_at),
            order: self.order,
        };
        told::tell_due(conn, self.services, self.subscriber, &due, self.now).await
    }

    /// Is its owner topping up right now? That may be all that is short: the bank is waited for.
    async fn is_paying(&self, conn: &mut Conn) -> Result<bool, ServiceError> {
        /// So long after its beginning a payment is waited for, in seconds.
        const UNDER_WAY: i64 = 3600;
        let newest = payment::list(conn, self.subscriber, 5).await?;
        Ok(newest.iter().any(|payment| {
            payment.purpose == Purpose::TopUp
                && payment.state.is_open()
                && self.now.seconds_since(payment.created_at) < UNDER_WAY
        }))
    }

    async fn charge(&self, conn: &mut Conn, sum: Money) -> Result<Then, ServiceError> {
        let Some(month) = &self.month else {
            return Ok(Then::Again);
        };
        let email = self.receipt_email(conn).await?;
        let id = PaymentId(new_id());
        // The natural key of a try: whoever comes second finds the payment made. No form can send one with
        // a colon.
        let form_key = format!("autopay:{}:{}", month.month, month.tries);
        let new = New {
            subscriber: self.subscriber,
            id,
            amount: sum,
            form_key: &form_key,
            idem_key: &id.to_string(),
            return_token: &crypto::random_token(),
            receipt_email: &email,
            purpose: Purpose::Autopay,
            means: Means::SavedCard(self.order.method),
            save: false,
            by_square: false,
        };
        if !payment::insert(conn, &new, self.now).await? {
            return Err(ServiceError::Internal(format!(
                "{form_key} was made before"
            )));
        }
        autopay_run::charging(conn, self.subscriber, month.month, id).await?;
        let soon = self.now.plus_seconds(LOOK_AGAIN);
        self.look_at(conn, self.order.scheduled_at, soon).await?;
        Ok(Then::Submit(id))
    }

    /// Where the receipt goes: the login's e-mail of today, or the one that was given for it.
    async fn receipt_email(&self, conn: &mut Conn) -> Result<Email, ServiceError> {
        let account = account::of_subscriber(conn, self.subscriber).await?;
        match account.as_ref().and_then(Account::confirmed_email) {
            Some(email) => Ok(email.clone()),
            None => Email::parse(&self.order.receipt_email).map_err(|_| {
                ServiceError::Internal("stored receipt e-mail is not an address".into())
            }),
        }
    }

    async fn close(&self, conn: &mut Conn, state: RunState) -> Result<Then, ServiceError> {
        if let Some(month) = &self.month {
            let month = month.month;
            autopay_run::close(conn, self.subscriber, month, state, None, self.now).await?;
        }
        self.next_month(conn).await?;
        Ok(Then::Again)
    }

    /// On to the next day of the order that is still to come.
    async fn next_month(&self, conn: &mut Conn) -> Result<(), ServiceError> {
        let hour = self.services.settings.autopay.hour;
        let mut date = zone::today(self.tz, self.order.scheduled_at);
        let at = loop {
            date = self.order.day.in_next_month(date);
            let at = zone::moment(self.tz, date, hour);
            if at > self.now {
                break at;
            }
        };
        self.look_at(conn, at, self.now).await
    }
}
