//! The words of letters and SMS. No letter ever carries a password.

use crate::Services;
use domain::format::{date, money, money_full, span, stamp};
use domain::notice::Notice;
use domain::office::{AuditEvent, Door};
use domain::receipt::{Fiscal, ReceiptView};
use domain::security::SecurityEvent;
use domain::{Date, Lang, LocalTime, Money};
use storage::token::Purpose;

/// A letter's subject and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Subject.
    pub subject: String,
    /// Text; a paragraph that is a link becomes a button.
    pub body: String,
}

impl Text {
    fn sms(body: String) -> Self {
        Self {
            subject: String::new(),
            body,
        }
    }
}

fn closing(services: &Services, lang: Lang) -> String {
    let phone = &services.settings.support.phone;
    let free = if phone.is_free() {
        lang.pick(", звонок бесплатный", ", free of charge")
    } else {
        ""
    };
    match lang {
        Lang::Ru => format!("Вопросы — {phone}{free}.\nОрион Экспресс"),
        Lang::En => format!("Questions: {phone}{free}.\nOrion Express"),
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

/// The link to a new password that an operator sends to somebody on the phone.
pub fn restore(services: &Services, lang: Lang, token: &str) -> Text {
    let link = format!("{}/reset-password/{token}", services.settings.public_url);
    let life = span(lang, services.settings.access.activation_life);
    let closing = closing(services, lang);
    match lang {
        Lang::Ru => Text {
            subject: "Вернуть доступ к кабинету".into(),
            body: format!(
                "Вы позвонили нам, и оператор отправил ссылку для нового пароля. Когда вы его выберете, этот адрес будет привязан к кабинету.\n\n{link}\n\nСсылка работает {life}, один раз. Никому её не пересылайте, оператору она не нужна. Если вы не звонили, ничего не делайте.\n\n{closing}"
            ),
        },
        Lang::En => Text {
            subject: "Your way back into the cabinet".into(),
            body: format!(
                "You called us, and an operator sent the link to a new password. When you choose it, this address is bound to the cabinet.\n\n{link}\n\nThe link works once, for {life}. Pass it on to nobody; the operator does not need it. If you did not call, do nothing.\n\n{closing}"
            ),
        },
    }
}

/// The same by SMS.
pub fn restore_sms(services: &Services, lang: Lang, token: &str) -> Text {
    let link = format!("{}/reset-password/{token}", services.settings.public_url);
    Text::sms(match lang {
        Lang::Ru => {
            format!("Орион Экспресс: новый пароль — по ссылке. Никому её не говорите.\n\n{link}")
        }
        Lang::En => {
            format!("Orion Express: choose a new password. Tell the link to nobody.\n\n{link}")
        }
    })
}

/// Tells the owner of a phone that it was given for another cabinet.
pub fn phone_has_a_cabinet(services: &Services, lang: Lang) -> Text {
    let phone = &services.settings.support.phone;
    Text::sms(match lang {
        Lang::Ru => format!(
            "Орион Экспресс: этот телефон назвали для другого кабинета, но он уже привязан к своему. Вопросы: {phone}"
        ),
        Lang::En => format!(
            "Orion Express: this phone was named for another cabinet, but it is bound to its own. Questions: {phone}"
        ),
    })
}

/// The link that proves a new e-mail.
pub fn new_email(services: &Services, lang: Lang, token: &str) -> Text {
    let link = format!(
        "{}/profile/contacts/confirm/{token}",
        services.settings.public_url
    );
    let life = span(lang, services.settings.access.activation_life);
    let closing = closing(services, lang);
    match lang {
        Lang::Ru => Text {
            subject: "Подтвердите почту".into(),
            body: format!(
                "Эту почту хотят привязать к личному кабинету «Орион Экспресс». Откройте ссылку и подтвердите.\n\n{link}\n\nСсылка работает {life}, один раз. Если это были не вы, ничего не делайте: почта не изменится.\n\n{closing}"
            ),
        },
        Lang::En => Text {
            subject: "Confirm your e-mail".into(),
            body: format!(
                "Somebody wants to bind this e-mail to a cabinet at Orion Express. Open the link and confirm.\n\n{link}\n\nThe link works once, for {life}. If it was not you, do nothing: the e-mail stays as it was.\n\n{closing}"
            ),
        },
    }
}

/// Asks somebody in by a door of partners or staff, or lets them set up the way in anew.
pub fn invitation(services: &Services, lang: Lang, door: Door, token: &str) -> Text {
    let link = format!(
        "{}/{}/invite/{token}",
        services.settings.public_url,
        door.code()
    );
    let life = span(lang, services.settings.access.invitation_life);
    let closing = closing(services, lang);
    let (subject, what) = match door {
        Door::Partner => (
            lang.pick(
                "Вход в кабинет партнёра",
                "Your way into the partners’ cabinet",
            ),
            lang.pick(
                "Вам открыли вход в кабинет партнёра «Орион Экспресс».",
                "You may come into the partners’ cabinet of Orion Express.",
            ),
        ),
        Door::Staff => (
            lang.pick("Вход для сотрудника", "Your way in as staff"),
            lang.pick(
                "Вам открыли вход для сотрудников «Орион Экспресс».",
                "You may come in as staff of Orion Express.",
            ),
        ),
    };
    let body = match lang {
        Lang::Ru => format!(
            "{what} Откройте ссылку: выберите пароль и добавьте вход в приложение для кодов (Яндекс Ключ, FreeOTP или другое).\n\n{link}\n\nСсылка работает {life}, один раз. Никому её не пересылайте.\n\n{closing}"
        ),
        Lang::En => format!(
            "{what} Open the link: choose a password and add the sign-in to an authenticator app (FreeOTP or another one).\n\n{link}\n\nThe link works once, for {life}. Do not pass it on.\n\n{closing}"
        ),
    };
    Text {
        subject: subject.into(),
        body,
    }
}

/// Tells somebody of partners or staff what happened to their way in.
pub fn office_notice(
    services: &Services,
    lang: Lang,
    door: Door,
    event: AuditEvent,
    detail: &str,
) -> Text {
    let closing = closing(services, lang);
    let title = match event {
        AuditEvent::SignedIn => lang.pick("Вход с нового устройства", "A sign-in on a new device"),
        other => other.title(lang),
    };
    let advice = lang.pick(
        "Если это были не вы, сразу сообщите администратору.",
        "If it was not you, tell your administrator at once.",
    );
    let what = if detail.is_empty() {
        String::new()
    } else {
        format!("{detail}\n\n")
    };
    let link = format!("{}/{}/security", services.settings.public_url, door.code());
    Text {
        subject: title.to_owned(),
        body: format!("{title}.\n\n{what}{advice}\n\n{link}\n\n{closing}"),
    }
}

/// Tells the owner of an address that it was given in a registration, though it has a cabinet.
pub fn email_has_a_cabinet(services: &Services, lang: Lang) -> Text {
    let link = format!("{}/login", services.settings.public_url);
    let closing = closing(services, lang);
    match lang {
        Lang::Ru => Text {
            subject: "У этой почты уже есть кабинет".into(),
            body: format!(
                "Кто-то, надеемся вы, указал эту почту при регистрации нового кабинета «Орион Экспресс». Она уже привязана к кабинету, поэтому второй с ней не открыть.\n\nЭто ваш кабинет — войдите. Нужен отдельный кабинет на другой договор — зарегистрируйтесь с другой почтой.\n\n{link}\n\n{closing}"
            ),
        },
        Lang::En => Text {
            subject: "This e-mail has a cabinet already".into(),
            body: format!(
                "Somebody, hopefully you, gave this e-mail when registering a new cabinet at Orion Express. It is bound to a cabinet already, so a second one cannot be opened with it.\n\nIf it is your cabinet, sign in. For a separate cabinet of another contract register with another e-mail.\n\n{link}\n\n{closing}"
            ),
        },
    }
}

/// Tells a contact what happened to the access.
pub fn security(services: &Services, lang: Lang, event: SecurityEvent, detail: &str) -> Text {
    let closing = closing(services, lang);
    let title = event.title(lang);
    let advice = event.advice(lang);
    let what = if detail.is_empty() {
        String::new()
    } else {
        format!("{detail}\n\n")
    };
    let link = format!("{}/profile/security", services.settings.public_url);
    let cabinet = lang.pick(
        "Это произошло в вашем личном кабинете «Орион Экспресс».",
        "This happened in your cabinet at Orion Express.",
    );
    Text {
        subject: title.to_owned(),
        body: format!("{title}.\n\n{what}{cabinet} {advice}\n\n{link}\n\n{closing}"),
    }
}

/// A message about autopay, by letter. `off`: the link that switches it off.
pub fn about_autopay(
    services: &Services,
    lang: Lang,
    notice: &Notice,
    today: Date,
    off: Option<&str>,
) -> Text {
    let closing = closing(services, lang);
    let (title, body) = (notice.title(lang), notice.body(lang, today));
    let way = match off {
        Some(link) => {
            let words = lang.pick(
                "Отключить автоплатёж, без входа в кабинет:",
                "Switch autopay off, without signing in:",
            );
            format!("{words}\n\n{link}")
        }
        None => format!("{}/payments/autopay", services.settings.public_url),
    };
    Text {
        subject: title,
        body: format!("{body}\n\n{way}\n\n{closing}"),
    }
}

/// A charge of autopay that is coming, by SMS.
pub fn autopay_due_sms(lang: Lang, sum: Money, due: LocalTime, off: &str) -> Text {
    let (sum, day) = (money(lang, sum), date(lang, due.date, due.date));
    Text::sms(match lang {
        Lang::Ru => format!("Орион Экспресс: {day} автоплатёж {sum}. Отключить: {off}"),
        Lang::En => format!("Orion Express: autopay of {sum} on {day}. Switch off: {off}"),
    })
}

/// What happened to the access of an account, by SMS, where each letter costs.
pub fn security_sms(services: &Services, lang: Lang, event: SecurityEvent) -> Text {
    let phone = &services.settings.support.phone;
    let title = event.title(lang);
    Text::sms(match lang {
        Lang::Ru => format!("Орион Экспресс: {title}. Не вы? {phone}"),
        Lang::En => format!("Orion Express: {title}. Not you? {phone}"),
    })
}

/// A one-time code. The last line lets the browser fill it in (WebOTP); the host must be ours.
pub fn code_sms(services: &Services, lang: Lang, purpose: Purpose, code: &str) -> Text {
    let origin = &services.settings.public_url;
    let host = origin.split("://").nth(1).unwrap_or(origin);
    let host = host.split(':').next().unwrap_or(host);
    let what = match (purpose, lang) {
        (Purpose::Activation, Lang::Ru) => "код для регистрации в кабинете",
        (Purpose::Recovery | Purpose::Restore, Lang::Ru) => "код для нового пароля",
        (Purpose::Contact, Lang::Ru) => "код подтверждения телефона",
        (Purpose::Activation, Lang::En) => "is your registration code",
        (Purpose::Recovery | Purpose::Restore, Lang::En) => "is your code for a new password",
        (Purpose::Contact, Lang::En) => "is the code that confirms your phone",
    };
    Text::sms(match lang {
        Lang::Ru => {
            format!("{code} — {what} «Орион Экспресс». Никому его не говорите.\n\n@{host} #{code}")
        }
        Lang::En => {
            format!("{code} {what}, Orion Express. Tell it to nobody.\n\n@{host} #{code}")
        }
    })
}

/// Tells the contract's own phone that the contract came into a cabinet.
pub fn contract_added_sms(services: &Services, lang: Lang) -> Text {
    let phone = &services.settings.support.phone;
    Text::sms(match lang {
        Lang::Ru => {
            format!("Орион Экспресс: ваш договор добавили в личный кабинет. Не вы? {phone}")
        }
        Lang::En => {
            format!("Orion Express: your contract was added to a cabinet. Not you? {phone}")
        }
    })
}

/// Tells the contract's own phone, or e-mail, that a cabinet is being opened.
pub fn cabinet_opened(services: &Services, lang: Lang) -> Text {
    let phone = &services.settings.support.phone;
    Text {
        // An SMS has none.
        subject: lang
            .pick("Открывают личный кабинет", "A cabinet is being opened")
            .into(),
        body: match lang {
            Lang::Ru => {
                format!("Орион Экспресс: по вашему договору создают личный кабинет. Не вы? {phone}")
            }
            Lang::En => format!(
                "Orion Express: a cabinet is being opened for your contract. Not you? {phone}"
            ),
        },
    }
}

/// Tells the contract's own phone, or e-mail, that its card was replaced.
pub fn card_replaced(services: &Services, lang: Lang, change: &str) -> Text {
    let phone = &services.settings.support.phone;
    Text {
        // An SMS has none.
        subject: SecurityEvent::CardReplaced.title(lang).into(),
        body: match lang {
            Lang::Ru => {
                format!("Орион Экспресс: карта доступа заменена, {change}. Не вы? {phone}")
            }
            Lang::En => {
                format!("Orion Express: the access card was replaced, {change}. Not you? {phone}")
            }
        },
    }
}

/// A registered receipt as text. Receipts are Russian, whatever the language of the cabinet.
pub fn receipt(services: &Services, shown: &ReceiptView, fiscal: &Fiscal) -> Text {
    let full = |sum: Money| money_full(Lang::Ru, sum);
    let mut parts = vec!["Кассовый чек".to_owned()];
    let seller = &shown.seller;
    if !seller.name.is_empty() {
        parts.push(format!("{}, ИНН {}", seller.name, seller.inn));
    }
    for line in &shown.lines {
        parts.push(format!(
            "{}\n1 шт × {} = {}\n{}",
            line.name,
            full(line.sum),
            full(line.sum),
            line.tax()
        ));
    }
    parts.push(format!("Итого {}", full(shown.total)));
    parts.push(format!(
        "{}\nФН {}\nФД {}\nФПД {}",
        stamp(Lang::Ru, fiscal.at),
        fiscal.storage,
        fiscal.document,
        fiscal.attribute
    ));
    parts.push(format!(
        "{}/receipts/{}",
        services.settings.public_url, shown.id
    ));
    parts.push(closing(services, Lang::Ru));
    Text {
        subject: format!("Чек на {}", full(shown.total)),
        body: parts.join("\n\n"),
    }
}
