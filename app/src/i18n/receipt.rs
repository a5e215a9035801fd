//! Texts around receipts. What stands on a receipt is Russian in every language of the cabinet: it is a
//! document.

use super::texts;
use domain::format::money_full;
use domain::receipt::{Fiscal, Line, Mode, ReceiptKind, ReceiptState, ReceiptView, Subject};
use domain::{Lang, Money};

texts! {
    lead: "Электронные чеки за пополнения и услуги. Каждый приходит и на вашу почту", "Electronic receipts for top-ups and services. Each one also comes by e-mail";
    one: "Чек", "Receipt";
    none: "Чеков пока нет", "No receipts yet";
    none_body: "После пополнения чек появится здесь и придёт на почту", "After a top-up its receipt appears here and comes by e-mail";
    older: "Более ранние", "Earlier ones";
    newest: "К последним", "To the newest";
    soon: "Чек готовится", "The receipt is on its way";
    soon_body: "Налоговая регистрирует его, обычно до 5 минут", "The tax service is registering it, usually within 5 minutes";
    late: "Чек задерживается", "The receipt is late";
    late_body: "Касса не смогла его зарегистрировать, мы уже разбираемся", "The register could not issue it and we are looking into it";
    money_is_there: "Деньги уже на счёте, платить ещё раз не нужно", "The money is on the balance already, do not pay again";
    check_again: "Проверить сейчас", "Check now";
    send: "Отправить на почту", "Send by e-mail";
    print: "Распечатать", "Print";
    download: "Скачать PDF", "Download PDF";
    a4: "Лист A4", "A4 sheet";
    tape: "Кассовая лента, 80 мм", "Till roll, 80 mm";
    paper: "Бумага для печати", "Paper to print on";
    sent: "Отправили на почту", "Sent by e-mail";
    sent_body: "Письмо придёт через минуту", "The e-mail arrives within a minute";
    add_email: "Указать почту для чеков", "Add an e-mail for receipts";
    in_russian: "Чек на русском, как требует закон", "The receipt is in Russian, as the law requires";
    payment: "К платежу", "To the payment";
    square: "Код для проверки чека в приложении налоговой. То же цифрами: ФН, ФД и ФПД на чеке", "The code to check the receipt with the tax service’s app. The same in digits: ФН, ФД and ФПД on the receipt";
    waits: "готовится", "on its way";
    delayed: "задерживается", "late";
}

/// Where it was sent.
pub fn sent_to(lang: Lang, address: &str) -> String {
    match lang {
        Lang::Ru => format!("Отправили на {address}"),
        Lang::En => format!("Sent to {address}"),
    }
}

/// What a receipt is for, in the list.
pub fn kind(lang: Lang, kind: ReceiptKind) -> &'static str {
    match kind {
        ReceiptKind::Advance => lang.pick("Пополнение", "Top-up"),
        ReceiptKind::Offset => lang.pick("Оплата услуг", "Services"),
        ReceiptKind::Repayment => {
            lang.pick("Погашение обещанного платежа", "Promised payment repaid")
        }
        ReceiptKind::OffsetReturn => {
            lang.pick("Возврат за неиспользованные дни", "Unused days returned")
        }
        ReceiptKind::Refund => lang.pick("Возврат денег", "Refund"),
    }
}

/// Where it stands, in the list; a registered one needs no words.
pub fn state(lang: Lang, state: ReceiptState) -> Option<&'static str> {
    match state {
        ReceiptState::Registered => None,
        ReceiptState::Needed | ReceiptState::Pending => Some(waits(lang)),
        ReceiptState::Manual => Some(delayed(lang)),
    }
}

/// On the receipt, at its head: whether money comes in or goes back [1054].
pub const fn sign(kind: ReceiptKind) -> &'static str {
    match kind {
        ReceiptKind::OffsetReturn | ReceiptKind::Refund => "Возврат прихода",
        ReceiptKind::Advance | ReceiptKind::Offset | ReceiptKind::Repayment => "Приход",
    }
}
/// On the receipt: its sum.
pub const TOTAL: &str = "Итого";

/// On the receipt: its name.
pub const DOCUMENT: &str = "Кассовый чек";

/// On the receipt: how a line is paid [1214], and what it is about [1212].
pub fn line_kind(line: &Line) -> String {
    let mode = match line.mode {
        Mode::Advance => "Аванс",
        Mode::FullPayment => "Полный расчёт",
        Mode::PartialPayment => "Частичный расчёт и кредит",
        Mode::Credit => "Передача в кредит",
        Mode::CreditPayment => "Оплата кредита",
    };
    let subject = match line.subject {
        Subject::Payment => "платёж",
        Subject::Service => "услуга",
    };
    format!("{mode}, {subject}")
}

/// On the receipt: how it was settled and where.
pub fn facts(shown: &ReceiptView) -> Vec<(&'static str, String)> {
    let full = |sum| money_full(Lang::Ru, sum);
    let some = |sum: Money| match sum {
        Money::ZERO => String::new(),
        sum => full(sum),
    };
    let place = &shown.seller.place;
    let host = place
        .split_once("://")
        .map_or(place.as_str(), |(_, host)| host);
    let facts = [
        ("Безналичными", some(shown.settled.cashless)),
        ("Зачёт аванса", some(shown.settled.prepaid)),
        ("В кредит", some(shown.settled.credit)),
        ("В том числе НДС", full(shown.vat)),
        ("Налогообложение", shown.seller.tax_system.clone()),
        ("Место расчётов", host.to_owned()),
        ("Эл. адрес покупателя", shown.contact.clone()),
    ];
    facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// On the receipt: by what the tax service finds it.
pub fn fiscal(fiscal: &Fiscal) -> [(&'static str, String); 4] {
    [
        ("№ ФН", fiscal.storage.clone()),
        ("№ ФД", fiscal.document.clone()),
        ("ФПД", fiscal.attribute.clone()),
        ("Сайт ФНС", "nalog.gov.ru".to_owned()),
    ]
}
