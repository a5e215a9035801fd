//! Texts of the subscriber's cabinet.

use super::texts;
use domain::Lang;
use domain::billing::{Hold, PeriodUnit, Price};
use domain::format::{date, days, hours, money, plural_ru};
use domain::operation::OperationKind;
use domain::payment::{CancelReason, PaymentState};
use domain::{Date, Money};

texts! {
    balance: "Баланс", "Balance";
    works: "Работает", "Works";
    ends_soon: "Скоро закончится", "Ends soon";
    promised: "Обещанный платёж", "Promised payment";
    suspended: "Приостановлено", "Paused";
    stopped: "Отключено", "Off";
    pending: "Платёж в обработке", "Payment in process";
    no_tariff: "Тариф не подключён", "No tariff";
    missing: "Не хватает", "Short of";
    check_again: "Проверить ещё раз", "Check again";
    top_up: "Пополнить", "Top up";
    overdue: "Срок прошёл", "Overdue";
    what_if_late: "Что будет, если не успеть", "What if I am late";
    what_if_late_body: "Телевидение приостановится. Любое пополнение сначала погасит долг, а когда денег хватит на тариф, каналы вернутся сами.", "Television pauses. Any top-up repays the debt first; once there is enough for the tariff, the channels come back by themselves.";
    tv_works: "Телевидение работает", "Television works";
    comes_in_minutes: "Обычно деньги поступают за несколько минут", "Money usually arrives within minutes";
    tariff: "Тариф", "Tariff";
    contract: "Договор", "Contract";
    operations: "Операции", "Operations";
    all_operations: "Все расходы", "All expenses";
    messages: "Сообщения", "Messages";
    all: "Все", "All";
    no_operations: "Здесь появятся пополнения и списания", "Top-ups and charges will appear here";
    no_messages: "Сообщений пока нет", "No messages yet";
    no_messages_body: "Здесь будут уведомления о платежах и новости", "Notices about payments and news will be here";
    charge_after_top_up: "Спишем сразу после пополнения", "Charged right after a top-up";
    channels_back_title: "Каналы не появились?", "No channels yet?";
    channels_back_body: "После оплаты доступ на карту уходит сам. Обычно хватает 10 минут: оставьте приёмник включённым на любом канале.", "After payment the rights go to the card by themselves. It usually takes 10 minutes: leave the receiver on at any channel.";

    payments: "Платежи", "Payments";
    payments_lead: "Пополнить счёт и посмотреть, дошли ли деньги", "Top up and see whether the money arrived";
    by_card: "Банковская карта", "Bank card";
    by_card_hint: "Откроем страницу банка", "Opens the bank’s page";
    last_payments: "Последние платежи", "Last payments";
    no_payments: "Платежей пока нет", "No payments yet";
    no_payments_body: "Здесь появится каждый платёж и чек к нему", "Each payment and its receipt will appear here";

    top_up_title: "Пополнение", "Top-up";
    sum: "Сумма", "Sum";
    other: "Другая", "Other";
    other_sum: "сумма", "sum";
    way: "Способ оплаты", "Way to pay";
    to_pay: "К оплате", "To pay";
    account_number: "Лицевой счёт", "Account";
    with_what: "Чем", "With";
    receipt_to: "Чек придёт на", "Receipt goes to";
    receipt_email: "Почта для чека", "E-mail for the receipt";
    receipt_email_hint: "По закону чек приходит на почту", "The law sends the receipt by e-mail";
    pay: "Оплатить", "Pay";
    pay_other: "Оплатить другую сумму", "Pay another sum";
    secure: "Номер карты вы введёте на странице банка: в кабинет он не попадает.", "You type the card number on the bank’s page; it never reaches the cabinet.";
    tv_at_once: "Телевидение включится сразу", "Television comes on at once";
    not_enough: "Этого не хватит, чтобы включить телевидение", "This is not enough for television";

    paid_title: "Платёж прошёл", "Payment done";
    processing_title: "Платёж обрабатывается", "Payment in process";
    failed_title: "Платёж не прошёл", "Payment failed";
    abandoned_title: "Ищем ваш платёж", "Looking for your payment";
    waiting_title: "Ждём оплату", "Waiting for payment";
    waiting_body: "Страница банка ещё открыта для этого платежа.", "The bank’s page is still open for this payment.";
    to_bank_app: "Открыть приложение банка", "Open your bank’s app";
    square: "QR-код для оплаты", "QR code to pay";
    square_body: "Платите с этого телефона — нажмите «Открыть приложение банка». Сидите за компьютером — наведите на QR-код камеру телефона. Код действует час. После оплаты вернитесь сюда: страница обновится сама", "Paying on this phone? Press “Open your bank’s app”. At a computer? Point your phone’s camera at the QR code. The code works for an hour. After paying come back here: the page updates itself";
    other_way: "Другой способ оплаты", "Another way to pay";
    to_bank: "Перейти к оплате", "Go to the bank";
    may_close: "Можно закрыть страницу, мы пришлём сообщение.", "You may close the page, a message will come.";
    takes_longer: "Банк отвечает дольше обычного. Второй раз платить не нужно.", "The bank takes longer than usual. Do not pay twice.";
    abandoned_body: "Банк не ответил. Если деньги списаны, мы найдём платёж и зачислим его.", "The bank did not answer. If the money was taken, we will find and credit it.";
    not_charged: "Деньги не списаны.", "No money was taken.";
    try_again: "Попробовать ещё раз", "Try again";
    step_paid: "Оплачено", "Paid";
    step_credited: "Зачислено", "Credited";
    step_access: "Доступ отправлен", "Access sent";
    step_access_queued: "Доступ отправляется", "Access is being sent";
    step_access_kept: "Доступ на карте есть", "The card has access";
    details: "Подробности", "Details";
    balance_now: "Баланс сейчас", "Balance now";
    paid_until: "Оплачено до", "Paid until";
    payment_number: "Номер платежа", "Payment number";
    time: "Время", "Time";
    card: "Карта", "Card";
    receipt: "Чек", "Receipt";
    receipt_soon: "Появится в течение 5 минут", "Within 5 minutes";
    receipt_ready: "Открыть чек", "Open the receipt";
    receipts: "Чеки", "Receipts";

    expenses: "Расходы", "Expenses";
    expenses_lead: "Каждое пополнение и списание; внизу каждой строки — остаток после неё", "Each top-up and charge with the balance after it";
    older: "Раньше", "Earlier";
    newest: "К последним", "To the newest";
    statement: "Выписка за выбранные дни", "Statement for chosen dates";
    after: "остаток", "balance";

    messages_title: "Сообщения", "Messages";
    mark_all: "Отметить все прочитанными", "Mark all as read";
    unread: "не прочитано", "unread";
    back_to_messages: "Все сообщения", "All messages";

    more_title: "Ещё", "More";
    my_tariff: "Мой тариф", "My tariff";
    next_charge: "Следующее списание", "Next charge";
    channels: "Каналов", "Channels";
    price: "Цена", "Price";
    access_card: "Карта доступа", "Access card";
    tariff_change_call: "Сменить тариф поможет оператор", "The operator helps to change the tariff";
    charged: "Списание по тарифу", "Tariff charge";
    op_top_up: "Пополнение", "Top-up";
    op_voucher: "Карта предоплаты", "Prepaid card";
    op_promise: "Обещанный платёж", "Promised payment";
    op_promise_repaid: "Погашение обещанного платежа", "Promised payment repaid";
    op_promise_fee: "Плата за обещанный платёж", "Fee of the promised payment";
    op_days_returned: "Возврат остатка периода", "Rest of the period returned";
    op_debt_repaid: "Погашение долга", "Debt repaid";
    op_refund: "Возврат денег", "Refund";
    op_refund_cancel: "Возврат не состоялся", "Refund called off";
    op_other: "Операция", "Operation";
}

/// What an operation is called.
pub const fn operation(lang: Lang, kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::TopUp => op_top_up(lang),
        OperationKind::Voucher => op_voucher(lang),
        OperationKind::Charge => charged(lang),
        OperationKind::PromiseGrant => op_promise(lang),
        OperationKind::PromiseRepaid => op_promise_repaid(lang),
        OperationKind::PromiseFee => op_promise_fee(lang),
        OperationKind::DaysReturned => op_days_returned(lang),
        OperationKind::DebtRepaid => op_debt_repaid(lang),
        OperationKind::RefundRequest => op_refund(lang),
        OperationKind::RefundCancel => op_refund_cancel(lang),
        OperationKind::Other => op_other(lang),
    }
}

/// `399 ₽ в месяц`, `1 200 ₽ в год`.
pub fn price_per(lang: Lang, price: Price) -> String {
    let sum = money(lang, price.amount);
    let per = match (price.unit, price.count) {
        (PeriodUnit::Month, 1) => lang.pick("в месяц", "a month"),
        (PeriodUnit::Month, 3) => lang.pick("за 3 месяца", "for 3 months"),
        (PeriodUnit::Month, 12) => lang.pick("в год", "a year"),
        (PeriodUnit::Day, 30) => lang.pick("за 30 дней", "for 30 days"),
        (PeriodUnit::Day, _) => lang.pick("за период", "a period"),
        (PeriodUnit::Month, _) => lang.pick("за период", "a period"),
    };
    format!("{sum} {per}")
}

/// `184 канала`.
pub fn channel_count(lang: Lang, count: i32) -> String {
    let n = u64::from(count.unsigned_abs());
    match lang {
        Lang::Ru => domain::format::counted(n, plural_ru(n, ["канал", "канала", "каналов"])),
        Lang::En => {
            domain::format::counted(n, domain::format::plural_en(n, ["channel", "channels"]))
        }
    }
}

/// `Оплачено до 15 декабря`.
pub fn paid_until_day(lang: Lang, day: Date, today: Date) -> String {
    let day = date(lang, day, today);
    match lang {
        Lang::Ru => format!("Оплачено до {day}"),
        Lang::En => format!("Paid until {day}"),
    }
}

/// `ещё 23 дня`.
pub fn days_more(lang: Lang, left: i32) -> String {
    let left = days(lang, u64::from(left.unsigned_abs()));
    match lang {
        Lang::Ru => format!("ещё {left}"),
        Lang::En => format!("{left} more"),
    }
}

/// `Осталось 2 дня`; on the last day `Последний день`.
pub fn days_left(lang: Lang, left: i32) -> String {
    match (lang, left) {
        (_, i32::MIN..=0) => lang
            .pick("Сегодня спишем плату", "Charged today")
            .to_owned(),
        (Lang::Ru, 1) => "Остался 1\u{a0}день".to_owned(),
        (Lang::Ru, n) => format!("Осталось {}", days(lang, u64::from(n.unsigned_abs()))),
        (Lang::En, n) => format!("{} left", days(lang, u64::from(n.unsigned_abs()))),
    }
}

/// `осталось 2 дня 23 часа`.
pub fn time_left(lang: Lang, seconds: i64) -> String {
    let total = u64::try_from(seconds.max(0) / 3600).unwrap_or(0);
    let (d, h) = (total / 24, total % 24);
    let text = match (d, h) {
        (0, 0) => lang.pick("меньше часа", "less than an hour").to_owned(),
        (0, h) => hours(lang, h),
        (d, 0) => days(lang, d),
        (d, h) => format!("{} {}", days(lang, d), hours(lang, h)),
    };
    match lang {
        Lang::Ru => format!("осталось {text}"),
        Lang::En => format!("{text} left"),
    }
}

/// `Пополнить на 140 ₽`.
pub fn top_up_by(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("Пополнить на {sum}"),
        Lang::En => format!("Top up {sum}"),
    }
}

/// `Погасить 140 ₽`.
pub fn repay(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("Погасить {sum}"),
        Lang::En => format!("Repay {sum}"),
    }
}

/// `Верните до 25 ноября, 12:05 мск`.
pub fn repay_by(lang: Lang, when: &str) -> String {
    match lang {
        Lang::Ru => format!("Верните до {when}"),
        Lang::En => format!("Repay by {when}"),
    }
}

/// `500 ₽ поступят за несколько минут`.
pub fn arrives_soon(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("{sum} поступят за несколько минут"),
        Lang::En => format!("{sum} will arrive within minutes"),
    }
}

/// `На балансе 259 ₽`.
pub fn on_balance(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("На балансе {sum}"),
        Lang::En => format!("Balance {sum}"),
    }
}

/// `тариф 399 ₽ в месяц`.
pub fn tariff_costs(lang: Lang, price: Price) -> String {
    let price = price_per(lang, price);
    match lang {
        Lang::Ru => format!("тариф {price}"),
        Lang::En => format!("the tariff is {price}"),
    }
}

/// `15 декабря спишем 399 ₽`.
pub fn will_charge(lang: Lang, day: Date, today: Date, sum: Money) -> String {
    let (day, sum) = (date(lang, day, today), money(lang, sum));
    match lang {
        Lang::Ru => format!("{day} спишем {sum}"),
        Lang::En => format!("{sum} is charged on {day}"),
    }
}

/// The alert above the balance card of a suspended service.
pub fn suspended_pending(lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::Ru => (
            "Телевидение приостановлено",
            "Включится само, как только придут деньги. Второй раз платить не нужно.",
        ),
        Lang::En => (
            "Television is paused",
            "It comes back by itself once the money arrives. There is no need to pay twice.",
        ),
    }
}

/// The notice of a suspended contract.
pub fn suspended_alert(lang: Lang, missing: Money) -> (String, &'static str) {
    let sum = money(lang, missing);
    match lang {
        Lang::Ru => (
            format!("Телевидение приостановлено: пополните на {sum}"),
            "Каналы включатся сами за несколько минут после оплаты.",
        ),
        Lang::En => (
            format!("Television is paused: top up {sum}"),
            "The channels come back by themselves within minutes.",
        ),
    }
}

/// Why service is off, when it is not for want of money.
pub const fn hold(lang: Lang, hold: Hold) -> &'static str {
    match hold {
        Hold::UserPause => lang.pick(
            "Вы поставили услугу на паузу",
            "You have paused the service",
        ),
        Hold::CardLost => lang.pick(
            "Карта заблокирована как потерянная",
            "The card is blocked as lost",
        ),
        Hold::Operator => lang.pick(
            "Услуга отключена, позвоните нам",
            "The service is off, please call us",
        ),
        Hold::Debt | Hold::PromiseOverdue => lang.pick("Не хватает денег", "Money is short"),
    }
}

/// What a chip means: `1 месяц`, `до 22 декабря`.
pub fn months(lang: Lang, count: u16) -> String {
    let n = u64::from(count);
    match lang {
        Lang::Ru => domain::format::counted(n, plural_ru(n, ["месяц", "месяца", "месяцев"])),
        Lang::En => domain::format::counted(n, domain::format::plural_en(n, ["month", "months"])),
    }
}

/// `до 22 декабря`.
pub fn until(lang: Lang, day: Date, today: Date) -> String {
    let day = date(lang, day, today);
    match lang {
        Lang::Ru => format!("до {day}"),
        Lang::En => format!("until {day}"),
    }
}

/// `Денег хватит до 15 февраля 2027`.
pub fn carries_until(lang: Lang, day: Date, today: Date) -> String {
    let day = date(lang, day, today);
    match lang {
        Lang::Ru => format!("денег хватит до {day}"),
        Lang::En => format!("the money lasts until {day}"),
    }
}

/// What stays of a promised payment after a top-up that is too small for it.
pub fn still_owed(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("Обещанный платёж: останется вернуть {sum}"),
        Lang::En => format!("Promised payment: {sum} stays to be repaid"),
    }
}

/// `Оплатить 399 ₽`.
pub fn pay_sum(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("Оплатить {sum}"),
        Lang::En => format!("Pay {sum}"),
    }
}

/// `От 10 ₽ до 15 000 ₽`.
pub fn sum_limits(lang: Lang, min: Money, max: Money) -> String {
    let (min, max) = (money(lang, min), money(lang, max));
    match lang {
        Lang::Ru => format!("От {min} до {max}"),
        Lang::En => format!("From {min} to {max}"),
    }
}

/// The heading of a payment's page.
pub const fn payment_title(lang: Lang, state: PaymentState, at_bank: bool) -> &'static str {
    match state {
        PaymentState::Succeeded => paid_title(lang),
        PaymentState::Canceled => failed_title(lang),
        PaymentState::Abandoned => abandoned_title(lang),
        PaymentState::Pending if at_bank => waiting_title(lang),
        _ => processing_title(lang),
    }
}

/// What usually helps after a refusal.
pub const fn refusal(lang: Lang, reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::InsufficientFunds => lang.pick(
            "На карте не хватило денег. Пополните её или возьмите другую.",
            "There was not enough money on the card. Top it up or take another.",
        ),
        CancelReason::CardExpired => lang.pick(
            "Срок карты закончился. Возьмите другую.",
            "The card has expired. Take another.",
        ),
        CancelReason::ThreeDSecureFailed => lang.pick(
            "Код из банка не подошёл или не был введён. Попробуйте ещё раз.",
            "The bank’s code did not fit or was not entered. Try again.",
        ),
        CancelReason::WrongCardData => lang.pick(
            "Банк не узнал карту. Проверьте номер, срок и код.",
            "The bank did not recognise the card. Check number, expiry and code.",
        ),
        CancelReason::CallIssuer => lang.pick(
            "Банк просит позвонить по номеру на обороте карты.",
            "The bank asks you to call the number on the back of the card.",
        ),
        CancelReason::Restricted | CancelReason::PermissionRevoked => lang.pick(
            "Банк не разрешил этот платёж. Обычно помогает другая карта.",
            "The bank did not allow it. Another card usually helps.",
        ),
        CancelReason::FraudSuspected => lang.pick(
            "Банк счёл платёж необычным. Позвоните в банк или возьмите другую карту.",
            "The bank found it unusual. Call the bank or take another card.",
        ),
        CancelReason::BankUnavailable | CancelReason::Refused => lang.pick(
            "Банк сейчас не принимает платежи. Попробуйте через несколько минут.",
            "The bank takes no payments now. Try again in a few minutes.",
        ),
        CancelReason::Expired | CancelReason::CanceledByMerchant => {
            lang.pick("Оплату не завершили.", "The payment was not completed.")
        }
        CancelReason::Other => lang.pick(
            "Банк отклонил платёж. Обычно помогает другая карта или звонок в банк.",
            "The bank declined it. Another card or a call to the bank usually helps.",
        ),
    }
}

/// A payment's state in a list.
pub const fn payment_state(lang: Lang, state: PaymentState) -> &'static str {
    match state {
        PaymentState::Succeeded => lang.pick("зачислен", "credited"),
        PaymentState::Canceled => lang.pick("не прошёл", "failed"),
        PaymentState::Abandoned => lang.pick("ищем", "being searched"),
        _ => lang.pick("в обработке", "in process"),
    }
}

/// `Сообщения, 2 непрочитанных`.
pub fn unread_count(lang: Lang, count: i64) -> String {
    let n = u64::try_from(count).unwrap_or(0);
    match lang {
        Lang::Ru => format!(
            ", {n}\u{a0}{}",
            plural_ru(n, ["непрочитанное", "непрочитанных", "непрочитанных"])
        ),
        Lang::En => format!(", {n} unread"),
    }
}

/// To which contract a card belongs, when there are several.
pub fn of_contract(lang: Lang, contract: &domain::ContractNumber) -> String {
    format!(
        "{} {}",
        lang.pick("договор", "contract"),
        contract.grouped()
    )
}
