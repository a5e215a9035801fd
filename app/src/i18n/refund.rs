//! Texts of refunds.

use super::texts;
use domain::format::{date, money};
use domain::payment::Means;
use domain::refund::{Destination, PartState, RefundState};
use domain::{Date, Lang, Money};

texts! {
    title: "Вернуть деньги", "Get money back";
    lead: "То, что не потрачено на телевидение, возвращаем туда, откуда оно пришло", "What was not spent on television goes back to where it came from";
    one: "Возврат", "Refund";
    on_account: "На счёте", "On the account";
    can_return: "Можно вернуть", "Can go back";
    sum: "Сколько вернуть", "How much";
    ask: "Запросить возврат", "Request the refund";
    to_where: "Куда вернутся деньги", "Where the money goes";
    to_where_hint: "Сначала вернётся последний платёж", "The last payment goes back first";
    what_next: "Что будет дальше", "What happens then";
    next_aside: "Сумма сразу откладывается: за телевидение её уже не спишем", "The sum is set aside at once: television does not use it any more";
    next_check: "Мы проверим заявку и отправим деньги не позже чем за 10 дней. До этого её можно отозвать", "We check the request and send the money within 10 days. Until then you can withdraw it";
    next_bank: "Банк покажет деньги через несколько дней после отправки. Чек возврата придёт на почту, на которую приходил чек платежа", "Your bank shows the money a few days later. The receipt goes to the e-mail that got the payment’s receipt";
    elsewhere_body: "Карты предоплаты и наличные возвращаем в офисе по заявлению", "Prepaid cards and cash go back in an office, on a written request";
    autopay_on: "Автоплатёж включён: он снова пополнит счёт.", "Autopay is on: it tops the account up again.";
    autopay_link: "Настройки автоплатежа", "Autopay settings";
    nothing: "Возвращать сейчас нечего", "Nothing to give back now";
    nothing_body: "На счёте нет денег, которые пришли с банковской карты, по СБП или из кошелька. Остальное возвращаем в офисе по заявлению", "No money on the account came from a bank card, fast payment or wallet. The rest goes back in an office, on a written request";
    promised: "Сначала погасите обещанный платёж", "Repay the promised payment first";
    promised_body: "Пока он открыт, деньги на счёте — в долг или для его погашения", "While it is open, what lies on the account is lent or repays it";
    debt: "Сначала погасите долг", "Settle the debt first";
    debt_body: "Банк вернул один из платежей, и он ещё не возмещён", "The bank took a payment back, and it is still owed";
    withdraw: "Отозвать заявку", "Withdraw the request";
    withdraw_hint: "Деньги сразу вернутся на счёт", "The money is on the account again at once";
    reason: "Причина", "The reason";
    to_account: "К операциям", "To the operations";
    step_asked: "Заявка принята, сумма отложена", "Requested, the sum is set aside";
    step_check: "Проверяем заявку", "We are checking the request";
    step_checked: "Заявка проверена", "The request is checked";
    step_bank: "Отправляем деньги", "The money is on its way";
    step_declined: "В возврате отказано, деньги снова на счёте", "Declined, the money is on the account again";
    step_withdrawn: "Вы отозвали заявку, деньги снова на счёте", "Withdrawn, the money is on the account again";
    step_done: "Деньги отправлены", "The money was sent";
    step_failed: "Банк не принял деньги, они снова на счёте", "The bank did not take it, the money is on the account again";
    card: "Карта", "Card";
    sbp: "СБП, тот же счёт в банке", "Fast payment, the same bank account";
    wallet: "Кошелёк ЮMoney", "YooMoney wallet";
    desk: "Возвраты", "Refunds";
    desk_hint: "Проверить заявки и вернуть деньги", "Check requests and send money back";
    desk_none: "Заявок нет", "No requests";
    desk_none_body: "Новые появятся здесь, самые старые сверху", "New ones appear here, the oldest first";
    approve: "Вернуть деньги", "Send the money back";
    decline: "Отказать", "Decline";
    decline_reason: "Причина отказа", "The reason";
    decline_hint: "Её прочтёт абонент", "The subscriber reads it";
    was_approved: "Возврат разрешён", "The refund was approved";
    was_declined: "В возврате отказано", "The refund was declined";
    contract: "Лицевой счёт", "Account";
    asked_at: "Заявка от", "Requested";
}

/// `Вернётся 500 ₽` in the status of a refund.
pub fn status(lang: Lang, state: RefundState, returned: Money) -> &'static str {
    match state {
        RefundState::Requested => lang.pick("Заявка на проверке", "The request is being checked"),
        RefundState::Approved => lang.pick("Деньги отправляются", "The money is on its way"),
        RefundState::Finished if returned.is_positive() => {
            lang.pick("Деньги отправлены", "The money was sent")
        }
        RefundState::Finished => lang.pick("Возврат не прошёл", "The refund failed"),
        RefundState::Declined => lang.pick("В возврате отказано", "The refund was declined"),
        RefundState::Withdrawn => lang.pick("Заявка отозвана", "The request was withdrawn"),
    }
}

/// `Карта •• 4444`.
pub fn destination(lang: Lang, to: &Destination) -> String {
    match (to.means, &to.last4) {
        (Means::Sbp, _) => sbp(lang).to_owned(),
        (Means::YooMoney, _) => wallet(lang).to_owned(),
        (_, Some(last4)) => format!("{} •• {last4}", card(lang)),
        (_, None) => card(lang).to_owned(),
    }
}

/// `платёж 12 ноября`.
pub fn paid_on(lang: Lang, day: Date, today: Date) -> String {
    let day = date(lang, day, today);
    match lang {
        Lang::Ru => format!("платёж {day}"),
        Lang::En => format!("paid {day}"),
    }
}

/// Where a part stands, where that has to be told.
pub fn part_state(lang: Lang, state: PartState) -> Option<&'static str> {
    match state {
        PartState::Reserved => None,
        PartState::Submitting | PartState::Unknown | PartState::Pending => {
            Some(lang.pick("в пути", "on its way"))
        }
        PartState::Succeeded => Some(lang.pick("отправлено", "sent")),
        PartState::Canceled => Some(lang.pick("снова на счёте", "on the account again")),
    }
}

/// `до 500 ₽`.
pub fn at_most(lang: Lang, most: Money) -> String {
    let most = money(lang, most);
    match lang {
        Lang::Ru => format!("Не больше {most}"),
        Lang::En => format!("At most {most}"),
    }
}

/// `Ещё 140 ₽ пришли иначе`.
pub fn elsewhere(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("Ещё {sum} пришли другим способом"),
        Lang::En => format!("{sum} more came in another way"),
    }
}

/// What is charged next.
pub fn next_charge(lang: Lang, day: Date, sum: Money, today: Date) -> String {
    let (day, sum) = (date(lang, day, today), money(lang, sum));
    match lang {
        Lang::Ru => {
            format!(
                "{day} спишется {sum} за тариф. Если денег не хватит, телевидение приостановится."
            )
        }
        Lang::En => {
            format!(
                "{sum} for the tariff is charged on {day}. If money is short, television pauses."
            )
        }
    }
}
