//! Messages the cabinet itself writes: a typed fact, put into words when it is shown or sent, in the
//! language of the reader. The inbox and the mail say the same because both ask here.

use crate::format::{date, deadline, money};
use crate::security::SecurityEvent;
use crate::{Date, Lang, LocalTime, Money};
use serde::{Deserialize, Serialize};

/// A fact worth a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The cabinet was opened.
    Welcome,
    /// A payment was credited.
    PaymentCredited {
        /// How much came in.
        amount: Money,
        /// The wallet after everything that followed.
        balance: Money,
        /// Service is paid until this day.
        paid_through: Option<Date>,
        /// Was service restored by it?
        restored: bool,
        /// What of it repaid a promised payment.
        repaid: Money,
    },
    /// A payment failed.
    PaymentFailed {
        /// How much was asked for.
        amount: Money,
    },
    /// A period ended unpaid.
    Suspended {
        /// Name of the tariff.
        tariff: String,
        /// What is missing.
        missing: Money,
    },
    /// A period was charged.
    Charged {
        /// Name of the tariff.
        tariff: String,
        /// How much.
        amount: Money,
        /// Paid until this day.
        paid_through: Date,
    },
    /// Autopay was switched on, or its day or card changed.
    AutopayOn {
        /// Its day of the month.
        day: u8,
        /// The card.
        last4: String,
        /// When money is first taken.
        first: LocalTime,
    },
    /// Autopay was switched off.
    AutopayOff,
    /// The card that autopay takes money from stops working soon.
    CardExpires {
        /// The card.
        last4: String,
        /// The last day on which it works.
        until: Date,
    },
    /// Autopay takes money soon.
    AutopayDue {
        /// How much at most.
        sum: Money,
        /// When.
        due: LocalTime,
        /// From which card.
        last4: String,
    },
    /// The bank refused it.
    AutopayFailed {
        /// How much was announced.
        sum: Money,
        /// When it is tried again; nothing: not any more.
        retry: Option<LocalTime>,
    },
    /// A promised payment was granted.
    PromiseGranted {
        /// How much was lent.
        amount: Money,
        /// When it must be repaid.
        due: LocalTime,
    },
    /// A promised payment has to be back soon.
    PromiseDue {
        /// How much is owed.
        owed: Money,
        /// When it must be repaid.
        due: LocalTime,
    },
    /// A promised payment was not back in time, and something is still owed.
    PromiseOverdue {
        /// How much is owed.
        owed: Money,
        /// What came back for unused days.
        returned: Money,
    },
    /// A promised payment was not back in time, and the unused days have repaid it.
    PromiseEnded {
        /// How much was repaid.
        repaid: Money,
        /// What came back for unused days.
        returned: Money,
    },
    /// Money was set aside to be given back.
    RefundRequested {
        /// How much.
        amount: Money,
    },
    /// It is over: this has gone back, that came to the wallet again.
    RefundFinished {
        /// Gone back.
        returned: Money,
        /// On the wallet again.
        kept: Money,
    },
    /// Somebody has refused it.
    RefundDeclined {
        /// How much came to the wallet again.
        amount: Money,
        /// Why, in their words.
        reason: String,
    },
    /// Something happened to the access.
    Security {
        /// What.
        event: SecurityEvent,
        /// On which device, or to which contact, passkey, contract; may be empty.
        detail: String,
    },
    /// Company news.
    News {
        /// Headline, Russian.
        title_ru: String,
        /// Text, Russian.
        body_ru: String,
        /// Headline, English.
        title_en: String,
        /// Text, English.
        body_en: String,
    },
}

/// Which icon and colour a message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Money.
    Money,
    /// Service stops or will stop.
    Warning,
    /// Access and security.
    Security,
    /// News.
    News,
}

impl Notice {
    /// Its topic.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::PaymentCredited { .. }
            | Self::Charged { .. }
            | Self::AutopayOn { .. }
            | Self::AutopayOff
            | Self::AutopayDue { .. }
            | Self::PromiseGranted { .. }
            | Self::RefundRequested { .. }
            | Self::RefundFinished { .. }
            | Self::RefundDeclined { .. }
            | Self::PromiseEnded { .. } => Topic::Money,
            Self::Suspended { .. }
            | Self::AutopayFailed { .. }
            | Self::CardExpires { .. }
            | Self::PaymentFailed { .. }
            | Self::PromiseDue { .. }
            | Self::PromiseOverdue { .. } => Topic::Warning,
            Self::Security { .. } | Self::Welcome => Topic::Security,
            Self::News { .. } => Topic::News,
        }
    }

    /// The headline.
    pub fn title(&self, lang: Lang) -> String {
        let ru = matches!(lang, Lang::Ru);
        match self {
            Self::Welcome => lang
                .pick("Кабинет открыт", "Your cabinet is open")
                .to_owned(),
            Self::PaymentCredited { amount, .. } => {
                let sum = money(lang, *amount);
                if ru {
                    format!("Зачислено {sum}")
                } else {
                    format!("{sum} credited")
                }
            }
            Self::PaymentFailed { amount } => {
                let sum = money(lang, *amount);
                if ru {
                    format!("Платёж {sum} не прошёл")
                } else {
                    format!("Payment of {sum} failed")
                }
            }
            Self::Suspended { missing, .. } => {
                let sum = money(lang, *missing);
                if ru {
                    format!("Телевидение приостановлено: не хватает {sum}")
                } else {
                    format!("Television is paused: {sum} short")
                }
            }
            Self::Charged { amount, .. } => {
                let sum = money(lang, *amount);
                if ru {
                    format!("Списано {sum}")
                } else {
                    format!("{sum} charged")
                }
            }
            Self::AutopayOn { .. } => lang.pick("Автоплатёж включён", "Autopay is on").to_owned(),
            Self::AutopayOff => lang
                .pick("Автоплатёж выключен", "Autopay is off")
                .to_owned(),
            Self::CardExpires { last4, .. } => {
                if ru {
                    format!("Карта •• {last4} скоро перестанет работать")
                } else {
                    format!("The card •• {last4} stops working soon")
                }
            }
            Self::AutopayDue { sum, due, .. } => {
                let (sum, day) = (money(lang, *sum), date(lang, due.date, due.date));
                if ru {
                    format!("{day} спишем {sum} с карты")
                } else {
                    format!("{sum} will be charged on {day}")
                }
            }
            Self::AutopayFailed { sum, .. } => {
                let sum = money(lang, *sum);
                if ru {
                    format!("Автоплатёж {sum} не прошёл")
                } else {
                    format!("Autopay of {sum} failed")
                }
            }
            Self::PromiseGranted { amount, .. } => {
                let sum = money(lang, *amount);
                if ru {
                    format!("Обещанный платёж {sum}")
                } else {
                    format!("Promised payment of {sum}")
                }
            }
            Self::PromiseDue { owed, .. } => {
                let sum = money(lang, *owed);
                if ru {
                    format!("Верните {sum}: срок обещанного платежа близко")
                } else {
                    format!("Repay {sum}: the promised payment is due soon")
                }
            }
            Self::PromiseOverdue { owed, .. } => {
                let sum = money(lang, *owed);
                if ru {
                    format!("Срок обещанного платежа прошёл: осталось вернуть {sum}")
                } else {
                    format!("The promised payment is overdue: {sum} to repay")
                }
            }
            Self::PromiseEnded { .. } => lang
                .pick(
                    "Срок обещанного платежа прошёл, долга нет",
                    "The promised payment is over, nothing is owed",
                )
                .to_owned(),
            Self::RefundRequested { amount } => {
                let sum = money(lang, *amount);
                if ru {
                    format!("Заявка на возврат {sum}")
                } else {
                    format!("Refund of {sum} requested")
                }
            }
            Self::RefundFinished { returned, .. } if !returned.is_positive() => lang
                .pick("Возврат не прошёл", "The refund failed")
                .to_owned(),
            Self::RefundFinished { returned, .. } => {
                let sum = money(lang, *returned);
                if ru {
                    format!("Отправили вам {sum}")
                } else {
                    format!("{sum} sent back to you")
                }
            }
            Self::RefundDeclined { amount, .. } => {
                let sum = money(lang, *amount);
                if ru {
                    format!("В возврате {sum} отказано")
                } else {
                    format!("Refund of {sum} declined")
                }
            }
            Self::Security { event, .. } => event.title(lang).to_owned(),
            Self::News {
                title_ru, title_en, ..
            } => if ru { title_ru } else { title_en }.clone(),
        }
    }

    /// The text. `today` decides whether dates carry their year.
    pub fn body(&self, lang: Lang, today: Date) -> String {
        let ru = matches!(lang, Lang::Ru);
        match self {
            Self::Welcome => lang
                .pick(
                    "Здесь видно, работает ли телевидение, до какого числа оно оплачено и куда ушли деньги. Входите по номеру карты.",
                    "Here you see whether television works, until when it is paid and where the money went. Sign in with the card number.",
                )
                .to_owned(),
            Self::PaymentCredited { balance, paid_through, restored, repaid, .. } => {
                let mut text = String::new();
                if repaid.is_positive() {
                    let sum = money(lang, *repaid);
                    text.push_str(&if ru {
                        format!("{sum} погасили обещанный платёж. ")
                    } else {
                        format!("{sum} repaid the promised payment. ")
                    });
                }
                if *restored {
                    text.push_str(lang.pick(
                        "Телевидение включено, каналы появятся за несколько минут. ",
                        "Television is on, the channels come back within minutes. ",
                    ));
                }
                if let Some(until) = paid_through {
                    let day = date(lang, *until, today);
                    text.push_str(&if ru {
                        format!("Оплачено до {day}. ")
                    } else {
                        format!("Paid until {day}. ")
                    });
                }
                let sum = money(lang, *balance);
                text.push_str(&if ru {
                    format!("На балансе {sum}.")
                } else {
                    format!("The balance is {sum}.")
                });
                text
            }
            Self::PaymentFailed { .. } => lang
                .pick(
                    "Деньги не списаны. Попробуйте другую карту или позвоните в свой банк.",
                    "No money was taken. Try another card or call your bank.",
                )
                .to_owned(),
            Self::Suspended { tariff, missing } => {
                let sum = money(lang, *missing);
                if ru {
                    format!("Период тарифа «{tariff}» закончился. Пополните на {sum} — каналы включатся сами.")
                } else {
                    format!("The period of “{tariff}” is over. Top up {sum} and the channels come back by themselves.")
                }
            }
            Self::Charged { tariff, paid_through, .. } => {
                let day = date(lang, *paid_through, today);
                if ru {
                    format!("Тариф «{tariff}» оплачен до {day}.")
                } else {
                    format!("“{tariff}” is paid until {day}.")
                }
            }
            Self::AutopayOn { day, last4, first } => {
                let from = date(lang, first.date, today);
                if ru {
                    format!("Каждый месяц {day}-го числа, с карты •• {last4}. Первый раз {from}. О сумме предупредим заранее.")
                } else {
                    format!("On day {day} of each month, from the card •• {last4}; first on {from}. We tell the sum beforehand.")
                }
            }
            Self::AutopayOff => lang
                .pick(
                    "С карты больше ничего не спишем. Телевидение оплачивайте сами.",
                    "Nothing more is charged to the card. Pay for television yourself.",
                )
                .to_owned(),
            Self::CardExpires { until, .. } => {
                let until = date(lang, *until, today);
                if ru {
                    format!("Она действует до {until}, а с неё платит автоплатёж. Выберите другую карту, чтобы телевидение не прервалось.")
                } else {
                    format!("It works until {until}, and autopay charges it. Choose another card to keep television on.")
                }
            }
            Self::AutopayDue { due, last4, .. } => {
                let when = deadline(lang, *due, today);
                if ru {
                    format!("Автоплатёж: {when}, карта •• {last4}. Больше этой суммы не спишем. Отключить можно в любой момент.")
                } else {
                    format!("Autopay: {when}, card •• {last4}. Never more than this sum. You can switch it off at any time.")
                }
            }
            Self::AutopayFailed { retry: Some(at), .. } => {
                let when = date(lang, at.date, today);
                if ru {
                    format!("Банк не дал списать деньги. Попробуем ещё раз {when}. Чтобы телевидение не прервалось, пополните счёт сами.")
                } else {
                    format!("The bank refused. We try again on {when}. To keep television on, top up yourself.")
                }
            }
            Self::AutopayFailed { retry: None, .. } => lang
                .pick(
                    "Банк не дал списать деньги, и автоплатёж остановлен. Пополните счёт и выберите другую карту.",
                    "The bank refused, and autopay has stopped. Top up and choose another card.",
                )
                .to_owned(),
            Self::PromiseGranted { due, .. } => {
                let when = deadline(lang, *due, today);
                if ru {
                    format!("Верните до {when}. Любое пополнение сначала погасит его.")
                } else {
                    format!("Repay it by {when}. Any top-up repays it first.")
                }
            }
            Self::PromiseDue { due, .. } => {
                let when = deadline(lang, *due, today);
                if ru {
                    format!("Пополните счёт до {when}, и телевидение не прервётся.")
                } else {
                    format!("Top up by {when} and television goes on.")
                }
            }
            Self::PromiseOverdue { returned, .. } => {
                let back = unused_days(lang, *returned);
                if ru {
                    format!("Телевидение приостановлено. {back}Любое пополнение сначала погасит остаток.")
                } else {
                    format!("Television is paused. {back}Any top-up repays the rest first.")
                }
            }
            Self::PromiseEnded { repaid, returned } => {
                let (back, repaid) = (unused_days(lang, *returned), money(lang, *repaid));
                if ru {
                    format!("{back}{repaid} с баланса погасили обещанный платёж.")
                } else {
                    format!("{back}{repaid} of the balance repaid the promised payment.")
                }
            }
            Self::RefundRequested { .. } => lang
                .pick(
                    "Эта сумма пока лежит отдельно: за телевидение её не спишем. В течение 10 дней проверим заявку и отправим деньги туда, откуда они пришли. Пока идёт проверка, заявку можно отозвать.",
                    "This sum is kept apart: television will not use it. Within 10 days we check the request and send the money back to where it came from. While we check, you can withdraw the request.",
                )
                .to_owned(),
            Self::RefundFinished { returned, kept } => {
                let mut text = String::new();
                if returned.is_positive() {
                    text.push_str(lang.pick(
                        "Банк или кошелёк покажет деньги в течение нескольких дней. ",
                        "Your bank or wallet shows the money within a few days. ",
                    ));
                }
                if kept.is_positive() {
                    let sum = money(lang, *kept);
                    text.push_str(&if ru {
                        format!("{sum} банк не принял: эта сумма снова на балансе кабинета.")
                    } else {
                        format!("The bank refused {sum}: it is back on your cabinet balance.")
                    });
                }
                text.trim_end().to_owned()
            }
            Self::RefundDeclined { reason, .. } => {
                if ru {
                    format!("Деньги снова на балансе кабинета. Причина: {reason}")
                } else {
                    format!("The money is back on your cabinet balance. The reason: {reason}")
                }
            }
            Self::Security { event, detail } => {
                let advice = event.advice(lang);
                if detail.is_empty() {
                    advice.to_owned()
                } else {
                    format!("{detail}. {advice}")
                }
            }
            Self::News { body_ru, body_en, .. } => if ru { body_ru } else { body_en }.clone(),
        }
    }
}

/// A message of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: crate::ids::MessageId,
    /// When it was written.
    pub at: LocalTime,
    /// Has it been opened?
    pub read: bool,
    /// Its topic.
    pub topic: Topic,
    /// Its headline, in the language of the reader.
    pub title: String,
    /// Its text.
    pub body: String,
}

/// The inbox page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// Today, there.
    pub today: Date,
    /// How many are unread.
    pub unread: i64,
    /// Newest first.
    pub messages: Vec<Message>,
}

/// What came back for days that were paid and not used; a sentence, or nothing.
fn unused_days(lang: Lang, returned: Money) -> String {
    if !returned.is_positive() {
        return String::new();
    }
    let sum = money(lang, returned);
    match lang {
        Lang::Ru => format!("За неиспользованные дни вернулось {sum}. "),
        Lang::En => format!("{sum} came back for unused days. "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_tells_all_that_followed() {
        let today = Date::new(2026, 11, 22).unwrap();
        let notice = Notice::PaymentCredited {
            amount: Money::from_roubles(500),
            balance: Money::from_roubles(101),
            paid_through: Date::new(2026, 12, 22),
            restored: true,
            repaid: Money::ZERO,
        };
        assert_eq!(notice.title(Lang::Ru), "Зачислено 500\u{a0}₽");
        assert_eq!(
            notice.body(Lang::Ru, today),
            "Телевидение включено, каналы появятся за несколько минут. Оплачено до 22\u{a0}декабря. На балансе 101\u{a0}₽."
        );
    }

    #[test]
    fn the_end_of_a_promise_tells_what_came_back() {
        let today = Date::new(2026, 11, 22).unwrap();
        let kop = Money::from_kopecks;
        let overdue = Notice::PromiseOverdue {
            owed: kop(3_090),
            returned: kop(35_910),
        };
        assert_eq!(
            overdue.body(Lang::Ru, today),
            "Телевидение приостановлено. За неиспользованные дни вернулось 359,10\u{a0}₽. Любое пополнение сначала погасит остаток."
        );
        let ended = Notice::PromiseEnded {
            repaid: kop(14_000),
            returned: Money::ZERO,
        };
        assert_eq!(
            ended.body(Lang::Ru, today),
            "140\u{a0}₽ с баланса погасили обещанный платёж."
        );
    }

    #[test]
    fn stored_notices_round_trip() {
        let notice = Notice::Suspended {
            tariff: "Стандарт".into(),
            missing: Money::from_roubles(149),
        };
        let json = serde_json::to_string(&notice).unwrap();
        assert_eq!(serde_json::from_str::<Notice>(&json).unwrap(), notice);
    }
}
