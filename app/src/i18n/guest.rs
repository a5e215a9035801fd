//! Texts of paying without signing in.

use super::texts;
use domain::{Date, Lang};

texts! {
    title: "Оплата без входа", "Pay without signing in";
    lead: "Нужен только номер карты доступа: своей, родителей или соседа. Деньги придут на её счёт.", "Only the access card’s number is needed: yours, your parents’ or a neighbour’s. The money comes to its account.";
    door_hint: "По номеру карты доступа", "By the number of the access card";
    paused: "Телевидение приостановлено: пополните, и оно включится само", "Television is paused: top up and it comes back by itself";
    missing: "чтобы работало", "to keep it on";
    try_again: "Попробовать ещё раз", "Try again";
}

/// `Телевидение работает, оплачено до 27 декабря`.
pub fn works(lang: Lang, paid_through: Option<Date>, today: Date) -> String {
    super::voucher::works_until(lang, paid_through, today)
}
