//! What happens to an account's access: the entries of the security log and the notices that go out
//! about them. The log and the notices name the same facts.

use crate::Lang;
use serde::{Deserialize, Serialize};

/// One kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityEvent {
    /// The cabinet was opened by its first link or code.
    Activated,
    /// Signed in on a browser this account knows.
    SignedIn,
    /// Signed in on a browser this account did not know.
    NewDevice,
    /// A wrong password was typed on the right device, or too many elsewhere.
    SignInPaused,
    /// A new password was set by a link or code.
    PasswordRecovered,
    /// The password was changed in the cabinet.
    PasswordChanged,
    /// Another e-mail was proven.
    EmailChanged,
    /// Another phone was proven.
    PhoneChanged,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// One device was signed out from another one.
    SessionEnded,
    /// All other devices were signed out.
    SessionsEnded,
    /// Another contract came into the cabinet.
    ContractAdded,
    /// A contract left the cabinet.
    ContractRemoved,
    /// The personal data were downloaded.
    DataExported,
    /// The deletion of the cabinet was asked for.
    DeletionAsked,
    /// The deletion was taken back.
    DeletionCancelled,
    /// An operator has sent the link to a new password.
    RestoreLinkSent,
    /// A lost or broken card was replaced in an office.
    CardReplaced,
}

impl SecurityEvent {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Activated,
        Self::SignedIn,
        Self::NewDevice,
        Self::SignInPaused,
        Self::PasswordRecovered,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::PhoneChanged,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::ContractAdded,
        Self::ContractRemoved,
        Self::DataExported,
        Self::DeletionAsked,
        Self::DeletionCancelled,
        Self::RestoreLinkSent,
        Self::CardReplaced,
    ];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Activated => "activated",
            Self::SignedIn => "signed_in",
            Self::NewDevice => "new_device",
            Self::SignInPaused => "sign_in_paused",
            Self::PasswordRecovered => "password_recovered",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::PhoneChanged => "phone_changed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::SessionEnded => "session_ended",
            Self::SessionsEnded => "sessions_ended",
            Self::ContractAdded => "contract_added",
            Self::ContractRemoved => "contract_removed",
            Self::DataExported => "data_exported",
            Self::DeletionAsked => "deletion_asked",
            Self::DeletionCancelled => "deletion_cancelled",
            Self::RestoreLinkSent => "restore_link_sent",
            Self::CardReplaced => "card_replaced",
        }
    }

    /// From its stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    /// Must the owner be told by every contact, in case it was somebody else?
    pub const fn is_told(self) -> bool {
        !matches!(self, Self::Activated | Self::SignedIn | Self::SessionEnded)
    }

    /// What happened, as a headline.
    pub const fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Activated => lang.pick("Кабинет открыт", "The cabinet was opened"),
            Self::SignedIn => lang.pick("Вход в кабинет", "Signed in"),
            Self::NewDevice => lang.pick("Вход с нового устройства", "Signed in on a new device"),
            Self::SignInPaused => lang.pick(
                "Кто-то подбирает пароль",
                "Somebody is guessing your password",
            ),
            Self::PasswordRecovered => lang.pick("Пароль восстановлен", "The password was reset"),
            Self::PasswordChanged => lang.pick("Пароль изменён", "The password was changed"),
            Self::EmailChanged => lang.pick("Почта изменена", "The e-mail was changed"),
            Self::PhoneChanged => lang.pick("Телефон изменён", "The phone was changed"),
            Self::PasskeyAdded => lang.pick("Добавлен ключ доступа", "A passkey was added"),
            Self::PasskeyRemoved => lang.pick("Удалён ключ доступа", "A passkey was removed"),
            Self::SessionEnded => lang.pick(
                "Выход на другом устройстве",
                "Another device was signed out",
            ),
            Self::SessionsEnded => lang.pick(
                "Выход на всех других устройствах",
                "All other devices were signed out",
            ),
            Self::ContractAdded => lang.pick("Добавлен договор", "A contract was added"),
            Self::ContractRemoved => lang.pick("Договор убран", "A contract was removed"),
            Self::DataExported => lang.pick("Скачаны ваши данные", "Your data were downloaded"),
            Self::DeletionAsked => lang.pick(
                "Кабинет будет удалён через 30\u{a0}дней",
                "The cabinet will be deleted in 30\u{a0}days",
            ),
            Self::RestoreLinkSent => lang.pick(
                "Оператор отправил ссылку для нового пароля",
                "An operator sent the link to a new password",
            ),
            Self::CardReplaced => {
                lang.pick("Карта доступа заменена", "The access card was replaced")
            }
            Self::DeletionCancelled => {
                lang.pick("Удаление отменено", "The deletion was taken back")
            }
        }
    }

    /// What to do if it was somebody else.
    pub const fn advice(self, lang: Lang) -> &'static str {
        match self {
            Self::SignInPaused => lang.pick(
                "Пароль не подобрали. Если это были не вы, смените его в разделе «Безопасность»: ваше устройство входит как обычно.",
                "The password was not found. If it was not you, change it under “Security”: your own device signs in as usual.",
            ),
            Self::DeletionAsked => lang.pick(
                "Передумали или это были не вы — войдите в кабинет и нажмите «Вернуть кабинет».",
                "If you changed your mind, or it was not you, sign in and press “Keep the cabinet”.",
            ),
            Self::CardReplaced => lang.pick(
                "Входите с номером новой карты. Деньги и оплаченные дни остались у вас. Если вы не меняли карту, позвоните нам.",
                "Sign in with the number of the new card. Your money and paid days are still yours. If you did not change the card, call us.",
            ),
            _ => lang.pick(
                "Если это были не вы, смените пароль и позвоните нам.",
                "If it was not you, change the password and call us.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_own_code() {
        for event in SecurityEvent::ALL {
            assert_eq!(SecurityEvent::from_code(event.code()), Some(event));
        }
        assert_eq!(SecurityEvent::from_code("other"), None);
    }
}
