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
    on_account: "На балансе", "Your balance";
    can_return: "Можно вернуть", "Can go back";
    sum: "Сколько вернуть", "How much";
    ask: "Запросить возврат", "Request the refund";
    to_where: "Куда вернутся деньги", "Where the money goes";
    to_where_hint: "Так вернётся вся сумма. Если вернуть меньше, сначала вернётся последний платёж", "This is how the whole sum goes back. For a smaller sum the last payment goes first";
    what_next: "Что будет дальше", "What happens then";
    next_aside: "Эту сумму сразу отложим отдельно: за телевидение её не спишем", "We put this sum aside at once: television will not use it";
    next_check: "Проверим заявку и отправим деньги в течение 10 дней. Пока идёт проверка, заявку можно отозвать", "We check the request and send the money within 10 days. While we check, you can withdraw the request";
    next_bank: "Банк покажет деньги через несколько дней после отправки. Чек о возврате придёт туда же, куда приходил чек об оплате", "Your bank shows the money a few days after we send it. The refund receipt goes where the payment’s receipt went";
    elsewhere_body: "Карты предоплаты и наличные возвращаем в офисе по заявлению", "Prepaid cards and cash go back in an office, on a written request";
    autopay_on: "Автоплатёж включён: он снова пополнит счёт.", "Autopay is on: it tops the account up again.";
    autopay_link: "Настройки автоплатежа", "Autopay settings";
    nothing: "Возвращать сейчас нечего", "Nothing to give back now";
    nothing_body: "На балансе нет денег, которые пришли с банковской карты, по СБП или из кошелька. Остальное возвращаем в офисе по заявлению", "No money of the balance came from a bank card, fast payment or wallet. The rest goes back in an office, on a written request";
    promised: "Сначала погасите обещанный платёж", "Repay the promised payment first";
    promised_body: "Пока обещанный платёж не погашен, деньги с баланса вернуть нельзя", "Until the promised payment is repaid, no money can go back";
    debt: "Сначала погасите долг", "Settle the debt first";
    debt_body: "Банк отменил один из ваших платежей, и его сумма стала долгом. Пополните баланс — он погасится сам", "The bank cancelled one of your payments, and its sum became a debt. Top up and it is repaid by itself";
    withdraw: "Отозвать заявку", "Withdraw the request";
    withdraw_hint: "В банк деньги не уйдут: они сразу вернутся на баланс кабинета", "Nothing goes to your bank; the money returns to your cabinet balance at once";
    reason: "Причина", "The reason";
    to_account: "Расходы", "Expenses";
    again: "Запросить снова", "Ask again";
    in_office: "Деньги можно получить в офисе по заявлению", "An office can pay them out on a written request";
    told: "Закрывать заявку не нужно: о результате напишем в «Сообщения»", "Nothing to do: we write the result to Messages";
    step_asked: "Заявка принята, сумма отложена", "Requested, the sum is set aside";
    step_check: "Проверяем заявку", "We are checking the request";
    step_checked: "Заявка проверена", "The request is checked";
    step_bank: "Отправляем деньги", "Sending the money";
    step_then: "Потом отправим деньги", "Then we send the money";
    step_declined: "В возврате отказано, деньги снова на балансе", "Declined, the money is back on your balance";
    step_withdrawn: "Вы отозвали заявку, деньги снова на балансе", "Withdrawn, the money is back on your balance";
    step_done: "Деньги отправлены", "The money was sent";
    step_failed: "Банк не принял деньги, они снова на балансе", "The bank did not take it, the money is back on your balance";
    card: "Карта", "Card";
    sbp: "СБП, тот же счёт в банке", "Fast payment, the same bank account";
    wallet: "Кошелёк ЮMoney", "YooMoney wallet";
    desk: "Возвраты", "Refunds";
    desk_hint: "Проверить заявки и вернуть деньги", "Check requests and send money back";
    desk_none: "Заявок нет", "No requests";
    desk_none_body: "Новые появятся здесь, самые старые сверху", "New ones appear here, the oldest first";
    approve: "Вернуть деньги", "Send the money back";
    decline: "Отказать в возврате", "Decline the refund";
    decline_reason: "Причина отказа", "The reason";
    decline_hint: "Её прочтёт абонент", "The subscriber reads it";
    was_approved: "Возврат разрешён", "The refund was approved";
    was_declined: "В возврате отказано", "The refund was declined";
    contract: "Лицевой счёт", "Account";
    asked_at: "Заявка от", "Requested";
}

/// How a refund stands: the heading of its page.
pub fn status(lang: Lang, state: RefundState, returned: Money) -> &'static str {
    match state {
        RefundState::Requested => lang.pick(
            "Заявка на возврат: проверяем",
            "Refund request: being checked",
        ),
        RefundState::Approved => lang.pick(
            "Заявка на возврат: отправляем деньги",
            "Refund request: sending the money",
        ),
        RefundState::Finished if returned.is_positive() => {
            lang.pick("Деньги за возврат отправлены", "Refund sent")
        }
        RefundState::Finished => lang.pick("Возврат не прошёл", "The refund failed"),
        RefundState::Declined => lang.pick("В возврате отказано", "The refund was declined"),
        RefundState::Withdrawn => {
            lang.pick("Заявка на возврат отозвана", "Refund request withdrawn")
        }
    }
}

/// `Карта •• 4444`.
pub fn destination(lang: Lang, to: &Destination) -> String {
    match (to.means, &to.last4) {
        (Means::Sbp, _) => sbp(lang).to_owned(),
        (Means::YooMoney, _) => wallet(lang).to_owned(),
        (_, Some(last4)) => format!("{}\u{a0}••\u{a0}{last4}", card(lang)),
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

/// When it is decided at the latest.
pub fn until(lang: Lang, requested: Date, today: Date) -> String {
    let day = date(lang, requested.plus_days(10), today);
    match lang {
        Lang::Ru => format!("Проверим и отправим деньги до {day}"),
        Lang::En => format!("We check it and send the money by {day}"),
    }
}

/// What of it has not gone.
pub fn partly(lang: Lang, asked: Money, kept: Money) -> String {
    let (asked, kept) = (money(lang, asked), money(lang, kept));
    match lang {
        Lang::Ru => {
            format!("Вы просили {asked}. {kept} банк не принял: они на балансе кабинета")
        }
        Lang::En => {
            format!("You asked for {asked}. The bank refused {kept}: it is on your cabinet balance")
        }
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
        PartState::Canceled => Some(lang.pick("на балансе кабинета", "on your cabinet balance")),
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
