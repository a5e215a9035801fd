//! The words of letters and SMS. No letter ever carries a password.

use crate::Services;
use domain::Lang;
use domain::format::span;

/// A letter's subject and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Subject.
    pub subject: String,
    /// Text; a paragraph that is a link becomes a button.
    pub body: String,
}

fn closing(services: &Services, lang: Lang) -> String {
    let phone = &services.settings.support_phone;
    match lang {
        Lang::Ru => format!("Вопросы — {phone}, звонок бесплатный.\nОрион Экспресс"),
        Lang::En => format!("Questions: {phone}, free of charge.\nOrion Express"),
    }
}

/// The link that opens a registered cabinet.
pub fn activation(services: &Services, lang: Lang, token: &str) -> Text {
    let link = format!("{}/activate/{token}", services.settings.public_url);
    let life = span(lang, services.settings.access.activation_life);
    let closing = closing(services, lang);
    match lang {
        Lang::Ru => Text {
            subject: "Откройте личный кабинет".into(),
            body: format!(
                "Вы создаёте личный кабинет «Орион Экспресс». Откройте ссылку и выберите пароль.\n\n{link}\n\nСсылка работает {life}, один раз. Если кабинет создаёте не вы, ничего не делайте: без этой ссылки он не откроется.\n\n{closing}"
            ),
        },
        Lang::En => Text {
            subject: "Open your cabinet".into(),
            body: format!(
                "You are creating a cabinet at Orion Express. Open the link and choose a password.\n\n{link}\n\nThe link works once, for {life}. If it was not you, do nothing: without the link the cabinet stays closed.\n\n{closing}"
            ),
        },
    }
}

/// The link that sets a new password.
pub fn recovery(services: &Services, lang: Lang, token: &str) -> Text {
    let link = format!("{}/reset-password/{token}", services.settings.public_url);
    let life = span(lang, services.settings.access.recovery_life);
    let closing = closing(services, lang);
    match lang {
        Lang::Ru => Text {
            subject: "Новый пароль".into(),
            body: format!(
                "Кто-то, надеемся вы, попросил новый пароль для личного кабинета «Орион Экспресс».\n\n{link}\n\nСсылка работает {life}, один раз. Если это были не вы, ничего не делайте: старый пароль продолжает работать.\n\n{closing}"
            ),
        },
        Lang::En => Text {
            subject: "A new password".into(),
            body: format!(
                "Somebody, hopefully you, asked for a new password to the Orion Express cabinet.\n\n{link}\n\nThe link works once, for {life}. If it was not you, do nothing: the old password keeps working.\n\n{closing}"
            ),
        },
    }
}

/// Tells a contact that the password was changed.
pub fn password_changed(services: &Services, lang: Lang) -> Text {
    let closing = closing(services, lang);
    match lang {
        Lang::Ru => Text {
            subject: "Пароль изменён".into(),
            body: format!(
                "Пароль от личного кабинета «Орион Экспресс» изменён, на других устройствах нужно войти заново.\n\nЕсли это были не вы, позвоните нам сейчас.\n\n{closing}"
            ),
        },
        Lang::En => Text {
            subject: "Your password was changed".into(),
            body: format!(
                "The password to your Orion Express cabinet was changed; other devices have to sign in again.\n\nIf it was not you, call us now.\n\n{closing}"
            ),
        },
    }
}

/// Tells the contract's own phone that a cabinet is being opened.
pub fn cabinet_opened_sms(services: &Services, lang: Lang) -> String {
    let phone = &services.settings.support_phone;
    match lang {
        Lang::Ru => {
            format!("Орион Экспресс: по вашему договору создают личный кабинет. Не вы? {phone}")
        }
        Lang::En => {
            format!("Orion Express: a cabinet is being opened for your contract. Not you? {phone}")
        }
    }
}
