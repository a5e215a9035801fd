//! Texts of autopay and of saved bank cards.

use super::texts;
use domain::autopay::DayOfMonth;
use domain::format::{clock, date, days, hours, money};
use domain::payment::{AutopayHint, CancelReason};
use domain::{Date, Lang, LocalTime, Money};

texts! {
    title: "Автоплатёж", "Autopay";
    lead: "Раз в месяц списываем с карты столько, сколько не хватает на тариф. О сумме предупреждаем заранее.", "Once a month we charge your card what the tariff lacks. You are told the sum beforehand.";
    setup: "Включить автоплатёж", "Switch autopay on";
    change: "Изменить день или карту", "Change day or card";
    on: "Включён", "On";
    paused: "Остановлен", "Stopped";
    off_state: "Выключен", "Off";
    off: "Отключить автоплатёж", "Switch autopay off";
    next_charge: "Следующее списание", "Next charge";
    rules: "Правила", "Rules";
    day: "День", "Day";
    card: "Карта", "Card";
    sum: "Сумма", "Sum";
    sum_rule: "сколько не хватает на тариф", "what the tariff lacks";
    rule_hint: "Сумма меняется вместе с тарифом и балансом. О новой сумме предупредим до списания.", "The sum follows the tariff and the balance. You are told a new sum before the charge.";
    about_now: "Примерно столько не хватит на тариф. Точную сумму пришлём заранее.", "About this much will be missing. You get the exact sum beforehand.";
    nothing_now: "Пока на балансе достаточно денег: списывать нечего.", "The balance is enough for now: nothing to charge.";
    unbind_hint: "Удалите карту — автоплатёж выключится сразу. Отключить его можно и по ссылке из письма, без входа в кабинет.", "Remove the card and autopay is off at once. The link in our letters switches it off too, without signing in.";
    history: "История", "History";
    taken: "Списано с карты", "Charged to the card";
    skipped: "Не списывали", "Nothing charged";
    failed: "Банк отказал", "The bank refused";
    charging: "Списание идёт: банк ещё не ответил.", "The charge is under way: the bank has not answered yet.";
    how_title: "Как это работает", "How it works";
    how_1: "Выберите день и карту", "Choose a day and a card";
    how_2: "Заранее пришлём сумму и ссылку «Отключить»", "We send the sum and a link that switches it off";
    how_3: "В выбранный день спишем не больше этой суммы", "On the day we charge no more than that";
    no_card: "Сначала нужна карта. Она сохранится, когда вы пополните счёт и отметите «Запомнить карту».", "A card is needed first. It is saved when you top up and tick “Keep the card”.";
    add_card: "Добавить карту", "Add a card";
    undo: "Вернуть как было", "Bring it back";
    cards: "Банковские карты", "Bank cards";
    cards_lead: "Номера карт мы не храним: их знает только банк.", "We never keep card numbers: only the bank knows them.";
    no_cards: "Сохранённых карт нет", "No saved cards";
    no_cards_body: "Карта сохранится, когда вы оплатите ею и отметите «Запомнить карту».", "A card is saved when you pay with it and tick “Keep the card”.";
    remove: "Удалить", "Remove";
    removed: "Карта удалена. Списать с неё больше ничего нельзя.", "The card is removed. Nothing more can be charged to it.";
    removed_autopay: "Карта удалена, автоплатёж выключен.", "The card is removed and autopay is off.";
    used: "С неё идёт автоплатёж: удалите карту, и он выключится", "Autopay uses it: remove the card and it is off";
    soon_over: "Срок скоро закончится", "Expires soon";
    over: "Срок закончился", "Expired";
    choose_day_hint: "Лучше за несколько дней до оплаты тарифа: останется время, если банк откажет", "Best a few days before the tariff is paid: that leaves time if the bank refuses";
    choose_card: "С какой карты", "From which card";
    agree: "Согласие на списания", "Consent to the charges";
    turned_on: "Автоплатёж включён. Подтверждение — в сообщениях и в письме.", "Autopay is on. The confirmation is in your messages and in a letter.";
    turned_off: "Автоплатёж выключен. С карты больше ничего не спишем.", "Autopay is off. Nothing more is charged to the card.";
    link_title: "Отключить автоплатёж?", "Switch autopay off?";
    link_lead: "После этого с карты ничего не спишем. Включить снова можно в кабинете.", "Nothing is charged to the card after that. You can switch it on again in the cabinet.";
    link_off_title: "Автоплатёж выключен", "Autopay is off";
    link_off_lead: "С карты больше ничего не спишем. Телевидение оплачивайте сами или включите автоплатёж снова.", "Nothing more is charged to the card. Pay for television yourself or switch autopay on again.";
    link_other_title: "Это ссылка от прежнего автоплатежа", "This link was for an earlier autopay";
    link_other_lead: "Его больше нет, но автоплатёж включили снова. Отключите его по ссылке из нового письма, в кабинете или по телефону.", "That one is over, but autopay was switched on again. Switch it off by the link of a newer letter, in the cabinet or by phone.";
    link_unknown_title: "Ссылка не подходит", "This link does not fit";
    link_unknown_lead: "Проверьте адрес или отключите автоплатёж в кабинете. Можно и по телефону.", "Check the address, or switch autopay off in the cabinet or by phone.";
    to_cabinet: "В кабинет", "To the cabinet";
    means: "Чем платить", "Pay with";
    new_card: "Другая банковская карта", "Another bank card";
    bank_card: "Банковская карта", "Bank card";
    sbp: "СБП: по QR-коду или через приложение банка", "Fast payments (SBP): QR code or your bank’s app";
    wallet: "Кошелёк ЮMoney", "YooMoney wallet";
    confirm: "Подтвердите оплату", "Confirm the payment";
    at_once: "Деньги спишутся сразу, без страницы банка.", "The money is taken at once, without the bank’s page.";
    keep_card: "Запомнить карту для следующих платежей", "Keep the card for later payments";
}

/// `14-е число каждого месяца`.
pub fn every_month(lang: Lang, day: DayOfMonth) -> String {
    let day = day.get();
    match lang {
        Lang::Ru => format!("{day}-е число каждого месяца"),
        Lang::En => format!("day {day} of each month"),
    }
}

/// `с 14 августа 2026`.
pub fn since(lang: Lang, at: LocalTime, today: Date) -> String {
    let day = date(lang, at.date, today);
    match lang {
        Lang::Ru => format!("с {day}"),
        Lang::En => format!("since {day}"),
    }
}

/// `14 декабря в 12:00 с карты Мир •• 4821`.
pub fn when_and_card(lang: Lang, at: LocalTime, card: &str, today: Date) -> String {
    let (day, time) = (date(lang, at.date, today), clock(at));
    match lang {
        Lang::Ru => format!("{day} в {time} с карты {card}"),
        Lang::En => format!("{day} at {time} from {card}"),
    }
}

/// When the notices come.
pub fn notices(lang: Lang, first_days: i64, last_hours: i64) -> String {
    let (first, last) = (
        days(lang, first_days.unsigned_abs()),
        hours(lang, last_hours.unsigned_abs()),
    );
    match lang {
        Lang::Ru => {
            format!("Предупредим за {first} и за {last}: письмом и СМС, если вы их указали")
        }
        Lang::En => {
            format!("You are told {first} and {last} before, by e-mail and SMS if we have them")
        }
    }
}

/// What the button of the form says.
pub fn switch_on(lang: Lang, first: Date, today: Date) -> String {
    let day = date(lang, first, today);
    match lang {
        Lang::Ru => format!("Включить с {day}"),
        Lang::En => format!("Switch on from {day}"),
    }
}

/// The first charge with the chosen day, and about how much.
pub fn first_charge(lang: Lang, first: LocalTime, price: Money, today: Date) -> String {
    let (day, price) = (date(lang, first.date, today), money(lang, price));
    match lang {
        Lang::Ru => format!(
            "Первое списание {day}. Тариф стоит {price}: спишем столько, сколько из этого не хватает на балансе"
        ),
        Lang::En => format!(
            "First charge on {day}. The tariff costs {price}: we charge what of it the balance lacks"
        ),
    }
}

/// A refusal that is tried again.
pub fn tried_again(lang: Lang, at: LocalTime, today: Date) -> String {
    let day = date(lang, at.date, today);
    match lang {
        Lang::Ru => format!(
            "Банк отказал. Попробуем ещё раз {day}; чтобы телевидение не прервалось, пополните счёт сами."
        ),
        Lang::En => format!(
            "The bank refused. We try again on {day}; to keep television on, top up yourself."
        ),
    }
}

/// Why it has stopped, and what to do.
pub fn stopped(lang: Lang, reason: CancelReason) -> String {
    let why = match reason {
        CancelReason::InsufficientFunds => lang.pick(
            "На карте не хватило денег.",
            "There was not enough money on the card.",
        ),
        CancelReason::CardExpired => lang.pick("Срок карты закончился.", "The card has expired."),
        CancelReason::PermissionRevoked => lang.pick(
            "Разрешение на эту карту отозвано.",
            "The permission for this card was taken back.",
        ),
        _ => lang.pick(
            "Банк не дал списать деньги.",
            "The bank refused the charge.",
        ),
    };
    let what = lang.pick(
        "Автоплатёж остановлен. Пополните счёт сами и включите его снова, с этой или другой картой.",
        "Autopay has stopped. Top up yourself and switch it on again, with this card or another one.",
    );
    format!("{why} {what}")
}

/// A payment that was begun before autopay was switched off.
pub fn under_way(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!(
            "Списание {sum} уже началось до отключения. Если банк его проведёт, деньги придут на баланс; вернуть их на карту помогут по телефону."
        ),
        Lang::En => format!(
            "A charge of {sum} had begun before that. If the bank makes it, the money comes to the balance; call us to have it returned to the card."
        ),
    }
}

/// The button of the confirmation.
pub fn charge(lang: Lang, sum: Money) -> String {
    let sum = money(lang, sum);
    match lang {
        Lang::Ru => format!("Списать {sum}"),
        Lang::En => format!("Charge {sum}"),
    }
}

/// `до 08/29`.
pub fn valid_until(lang: Lang, month: u8, year: u16) -> String {
    let short = year % 100;
    match lang {
        Lang::Ru => format!("до {month:02}/{short:02}"),
        Lang::En => format!("until {month:02}/{short:02}"),
    }
}

/// What the list of ways to pay says.
pub fn hint(lang: Lang, hint: &AutopayHint, today: Date) -> String {
    match hint {
        AutopayHint::On { next } => {
            let day = date(lang, next.date, today);
            match lang {
                Lang::Ru => format!("Включён, следующее списание {day}"),
                Lang::En => format!("On, next charge on {day}"),
            }
        }
        AutopayHint::Paused => lang
            .pick("Остановлен: банк отказал", "Stopped: the bank refused")
            .to_owned(),
        AutopayHint::Off => lang
            .pick(
                "Деньги сами в выбранный день, с предупреждением",
                "The money by itself on your day, with a notice",
            )
            .to_owned(),
    }
}
