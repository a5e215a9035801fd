//! Texts of prepaid cards.

use super::texts;
use domain::format::{date, money};
use domain::{Date, Lang, Money};

texts! {
    title: "Карта предоплаты", "Prepaid card";
    hint: "16 цифр под защитным слоем", "16 digits under the scratch layer";
    label: "Номер карты предоплаты", "Number of the prepaid card";
    where_is: "Сотрите слой монетой. Серия и номер рядом с ним деньгами не являются: их можно назвать оператору, если карта не подходит.", "Scratch the layer off with a coin. The serial beside it is not money: you may tell it to the operator when the card is refused.";
    activate: "Активировать", "Activate";
    done: "Карта активирована", "The card is activated";
    home: "На главную", "Home";
    another: "Активировать ещё одну", "Activate another one";
}

/// `Зачислено 500 ₽`.
pub fn credited(lang: Lang, face: Money) -> String {
    let face = money(lang, face);
    match lang {
        Lang::Ru => format!("Зачислено {face}"),
        Lang::En => format!("{face} credited"),
    }
}

/// `Телевидение работает, оплачено до 27 декабря`.
pub fn works_until(lang: Lang, day: Option<Date>, today: Date) -> String {
    let Some(day) = day else {
        return super::cabinet::tv_works(lang).to_owned();
    };
    let day = date(lang, day, today);
    match lang {
        Lang::Ru => format!("Телевидение работает, оплачено до {day}"),
        Lang::En => format!("Television works, paid until {day}"),
    }
}
