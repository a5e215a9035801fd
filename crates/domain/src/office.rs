//! The doors of partners and of the operator's staff: who comes in by which, in which role, and what
//! each role may do. [`RIGHTS`] is the one table; services ask it and nobody else decides.

use crate::Lang;
use serde::{Deserialize, Serialize};

/// A door of the house beside the subscribers' one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// Partners: dealers and their people.
    Partner,
    /// The operator's own people.
    Staff,
}

/// What somebody is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers for a partner: one for each.
    Owner,
    /// Takes subscribers' payments at a partner's counter.
    Cashier,
    /// Sets up receivers for a partner.
    Installer,
    /// Answers the call centre's phone.
    Operator,
    /// Leads a shift of the call centre.
    Supervisor,
    /// Serves people in an office, with their papers in front of them.
    Clerk,
    /// Looks at what was done and does nothing.
    Auditor,
    /// Answers for money that goes out.
    Accountant,
    /// Lets staff in and out.
    Administrator,
}

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Invite and block people behind the own door, choose their roles.
    ManagePeople,
    /// Read the log of what was done.
    ReadAudit,
    /// Check who a subscriber is and send the link to a new password, which binds a contact.
    RestoreAccess,
    /// Give out a new card in place of a lost or broken one.
    ReplaceCard,
    /// Agree that money goes back to where it came from, or refuse.
    DecideRefunds,
}

/// How it is checked who a subscriber is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckWay {
    /// By what a caller says: surname, contract, card.
    Call,
    /// By contract and passport, in an office; the card may be lost.
    Papers,
}

/// Who may do what. Least privilege: whoever lets staff in does not touch subscribers, and nobody who
/// touches subscribers lets staff in.
pub const RIGHTS: &[(Role, &[Right])] = &[
    (Role::Owner, &[Right::ManagePeople]),
    (Role::Cashier, &[]),
    (Role::Installer, &[]),
    (Role::Operator, &[Right::RestoreAccess]),
    (Role::Supervisor, &[Right::RestoreAccess, Right::ReadAudit]),
    (Role::Clerk, &[Right::RestoreAccess, Right::ReplaceCard]),
    (Role::Auditor, &[Right::ReadAudit]),
    (Role::Accountant, &[Right::DecideRefunds]),
    (
        Role::Administrator,
        &[Right::ManagePeople, Right::ReadAudit],
    ),
];

impl Door {
    /// As stored, and the first segment of its addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Staff => "staff",
        }
    }

    /// From its stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Partner, Self::Staff]
            .into_iter()
            .find(|door| door.code() == code)
    }
}

impl Right {
    /// All of them, in the order of the table that people see.
    pub const ALL: [Self; 5] = [
        Self::RestoreAccess,
        Self::ReplaceCard,
        Self::DecideRefunds,
        Self::ManagePeople,
        Self::ReadAudit,
    ];

    /// In words.
    pub const fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::ManagePeople => lang.pick("Люди и роли", "People and roles"),
            Self::ReadAudit => lang.pick("Журнал действий", "The log of actions"),
            Self::RestoreAccess => lang.pick(
                "Восстановить доступ абонента",
                "Restore a subscriber’s access",
            ),
            Self::ReplaceCard => lang.pick("Заменить карту", "Replace a card"),
            Self::DecideRefunds => lang.pick("Решать о возвратах", "Decide on refunds"),
        }
    }
}

impl CheckWay {
    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Papers => "papers",
        }
    }
}

impl Role {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        RIGHTS.iter().map(|(role, _)| *role)
    }

    /// May this role do that?
    pub fn may(self, right: Right) -> bool {
        RIGHTS
            .iter()
            .any(|(role, rights)| *role == self && rights.contains(&right))
    }

    /// Behind which door.
    pub const fn door(self) -> Door {
        match self {
            Self::Owner | Self::Cashier | Self::Installer => Door::Partner,
            Self::Operator
            | Self::Supervisor
            | Self::Clerk
            | Self::Auditor
            | Self::Accountant
            | Self::Administrator => Door::Staff,
        }
    }

    /// How this role checks who a subscriber is: whoever gives out cards sees the papers.
    pub fn check_way(self) -> CheckWay {
        if self.may(Right::ReplaceCard) {
            CheckWay::Papers
        } else {
            CheckWay::Call
        }
    }

    /// Roles that can be given behind a door. A partner has one owner, whom the operator names.
    pub fn to_give(door: Door) -> impl Iterator<Item = Self> {
        Self::all().filter(move |role| role.door() == door && *role != Self::Owner)
    }

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Cashier => "cashier",
            Self::Installer => "installer",
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Clerk => "clerk",
            Self::Auditor => "auditor",
            Self::Accountant => "accountant",
            Self::Administrator => "administrator",
        }
    }

    /// From its stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|role| role.code() == code)
    }

    /// In words.
    pub const fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Owner => lang.pick("Владелец", "Owner"),
            Self::Cashier => lang.pick("Кассир", "Cashier"),
            Self::Installer => lang.pick("Установщик", "Installer"),
            Self::Operator => lang.pick("Оператор", "Operator"),
            Self::Supervisor => lang.pick("Старший смены", "Supervisor"),
            Self::Clerk => lang.pick("Сотрудник офиса", "Office clerk"),
            Self::Auditor => lang.pick("Аудитор", "Auditor"),
            Self::Accountant => lang.pick("Бухгалтер", "Accountant"),
            Self::Administrator => lang.pick("Администратор", "Administrator"),
        }
    }
}

/// A staff member's login: Latin letters, digits, dots and dashes; case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StaffLogin(String);

/// What is wrong with a typed login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseLoginError {
    /// Nothing typed.
    #[error("no login given")]
    Empty,
    /// Something else than 3 to 32 Latin letters, digits, dots and dashes, a letter first.
    #[error("a login has 3 to 32 Latin letters, digits, dots and dashes and begins with a letter")]
    Malformed,
}

impl StaffLogin {
    /// Reads a login.
    ///
    /// # Errors
    /// [`ParseLoginError`] for the message beside the field.
    pub fn parse(text: &str) -> Result<Self, ParseLoginError> {
        let login = text.trim().to_ascii_lowercase();
        if login.is_empty() {
            return Err(ParseLoginError::Empty);
        }
        let fits = (3..=32).contains(&login.len())
            && login.starts_with(|c: char| c.is_ascii_lowercase())
            && login
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        if fits {
            Ok(Self(login))
        } else {
            Err(ParseLoginError::Malformed)
        }
    }

    /// The login.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A recovery code: 80 random bits as 16 letters and digits in fours. Letters that look alike are
/// read as the digit they look like (Crockford's base 32).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

/// How many codes a set has.
pub const RECOVERY_CODES: usize = 10;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const RECOVERY_LENGTH: usize = 16;

impl RecoveryCode {
    /// Makes a code of 80 random bits.
    pub fn from_bytes(bytes: [u8; 10]) -> Self {
        let mut bits = bytes
            .iter()
            .fold(0u128, |all, byte| all << 8 | u128::from(*byte));
        let mut code = [0u8; RECOVERY_LENGTH];
        for place in code.iter_mut().rev() {
            *place = ALPHABET[(bits & 31) as usize];
            bits >>= 5;
        }
        Self(code.iter().map(|byte| char::from(*byte)).collect())
    }

    /// Reads a code; nothing for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = text
            .chars()
            .filter(|c| !crate::card::is_separator(*c))
            .map(|c| match c.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            })
            .collect();
        let fits = code.len() == RECOVERY_LENGTH && code.bytes().all(|b| ALPHABET.contains(&b));
        fits.then_some(Self(code))
    }

    /// Its letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `7kd2-xw4p-9hra-tq2e`.
    pub fn grouped(&self) -> String {
        let groups: Vec<&str> = (0..RECOVERY_LENGTH)
            .step_by(4)
            .map(|at| &self.0[at..at + 4])
            .collect();
        groups.join("-")
    }
}

/// What is written into the log of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// Somebody came in.
    SignedIn,
    /// Somebody came in with a recovery code.
    RecoveryCodeUsed,
    /// Too many wrong tries.
    SignInPaused,
    /// Everything fits, but access is closed.
    BlockedSignIn,
    /// A wrong code before something that matters.
    ConfirmRefused,
    /// Somebody went out.
    SignedOut,
    /// Somebody went out everywhere else.
    SessionsEnded,
    /// Somebody was asked in.
    Invited,
    /// A new link to set up the way in was sent.
    AccessReset,
    /// Password or second factor were set.
    AccessSet,
    /// Another role.
    RoleChanged,
    /// Kept out.
    Blocked,
    /// Let in again.
    Unblocked,
    /// A subscriber was looked up.
    SubscriberFound,
    /// Somebody was looked up who is not there.
    SubscriberNotFound,
    /// A subscriber did not pass the check.
    IdentityRefused,
    /// A subscriber passed the check.
    IdentityChecked,
    /// The subscriber used the link: password and contact are new.
    ContactBound,
    /// A subscriber was sent the way to a new password.
    AccessRestored,
    /// The contact for it belongs to another cabinet, or too many were named.
    ContactRefused,
    /// A lost or broken card was replaced.
    CardReplaced,
    /// A new card turned out to be somebody's.
    CardRefused,
    /// Money may go back.
    RefundApproved,
    /// It may not.
    RefundDeclined,
}

impl AuditEvent {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::SignedIn,
        Self::RecoveryCodeUsed,
        Self::SignInPaused,
        Self::BlockedSignIn,
        Self::ConfirmRefused,
        Self::SignedOut,
        Self::SessionsEnded,
        Self::Invited,
        Self::AccessReset,
        Self::AccessSet,
        Self::RoleChanged,
        Self::Blocked,
        Self::Unblocked,
        Self::SubscriberFound,
        Self::SubscriberNotFound,
        Self::IdentityRefused,
        Self::IdentityChecked,
        Self::ContactBound,
        Self::AccessRestored,
        Self::ContactRefused,
        Self::CardReplaced,
        Self::CardRefused,
        Self::RefundApproved,
        Self::RefundDeclined,
    ];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::RecoveryCodeUsed => "recovery-code-used",
            Self::SignInPaused => "sign-in-paused",
            Self::BlockedSignIn => "blocked-sign-in",
            Self::ConfirmRefused => "confirm-refused",
            Self::SignedOut => "signed-out",
            Self::SessionsEnded => "sessions-ended",
            Self::Invited => "invited",
            Self::AccessReset => "access-reset",
            Self::AccessSet => "access-set",
            Self::RoleChanged => "role-changed",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::SubscriberFound => "subscriber-found",
            Self::SubscriberNotFound => "subscriber-not-found",
            Self::IdentityRefused => "identity-refused",
            Self::IdentityChecked => "identity-checked",
            Self::ContactBound => "contact-bound",
            Self::AccessRestored => "access-restored",
            Self::ContactRefused => "contact-refused",
            Self::CardReplaced => "card-replaced",
            Self::CardRefused => "card-refused",
            Self::RefundApproved => "refund-approved",
            Self::RefundDeclined => "refund-declined",
        }
    }

    /// From its stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    /// In words.
    pub const fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::SignedIn => lang.pick("Вход", "Signed in"),
            Self::RecoveryCodeUsed => {
                lang.pick("Вход с резервным кодом", "Signed in with a recovery code")
            }
            Self::SignInPaused => lang.pick(
                "Много неверных попыток входа",
                "Too many wrong tries to sign in",
            ),
            Self::BlockedSignIn => lang.pick(
                "Закрытый доступ пробует войти",
                "A blocked one tries to sign in",
            ),
            Self::ConfirmRefused => {
                lang.pick("Неверный код подтверждения", "A wrong code to confirm")
            }
            Self::SignedOut => lang.pick("Выход", "Signed out"),
            Self::SessionsEnded => lang.pick(
                "Выход на других устройствах",
                "Other devices were signed out",
            ),
            Self::Invited => lang.pick("Приглашение", "Invited"),
            Self::AccessReset => {
                lang.pick("Ссылка для нового входа", "A link to set up the way in")
            }
            Self::AccessSet => lang.pick("Вход настроен", "The way in was set up"),
            Self::RoleChanged => lang.pick("Роль изменена", "The role was changed"),
            Self::Blocked => lang.pick("Доступ закрыт", "Access was blocked"),
            Self::Unblocked => lang.pick("Доступ открыт", "Access was opened"),
            Self::SubscriberFound => lang.pick("Открыт абонент", "A subscriber was opened"),
            Self::SubscriberNotFound => {
                lang.pick("Абонент не найден", "A subscriber was not found")
            }
            Self::IdentityRefused => lang.pick(
                "Абонент не прошёл проверку",
                "A subscriber did not pass the check",
            ),
            Self::IdentityChecked => {
                lang.pick("Абонент прошёл проверку", "A subscriber passed the check")
            }
            Self::ContactBound => lang.pick(
                "Абонент воспользовался ссылкой",
                "The subscriber used the link",
            ),
            Self::ContactRefused => lang.pick("Контакт не принят", "A contact was not taken"),
            Self::CardReplaced => lang.pick("Карта заменена", "A card was replaced"),
            Self::CardRefused => lang.pick("Новая карта чужая", "A new card was somebody’s"),
            Self::RefundApproved => lang.pick("Возврат разрешён", "A refund was approved"),
            Self::RefundDeclined => lang.pick("В возврате отказано", "A refund was declined"),
            Self::AccessRestored => lang.pick(
                "Отправлена ссылка для нового пароля",
                "The link to a new password was sent",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_role_stands_in_the_table_once() {
        let roles: Vec<Role> = Role::all().collect();
        for role in [
            Role::Owner,
            Role::Cashier,
            Role::Installer,
            Role::Operator,
            Role::Supervisor,
            Role::Clerk,
            Role::Auditor,
            Role::Accountant,
            Role::Administrator,
        ] {
            assert_eq!(roles.iter().filter(|found| **found == role).count(), 1);
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
    }

    /// Written out by hand: a change of the table has to be meant.
    #[test]
    fn each_may_what_it_is_there_for_and_no_more() {
        let may = |role: Role| Right::ALL.map(|right| role.may(right));
        assert_eq!(may(Role::Owner), [false, false, false, true, false]);
        assert_eq!(may(Role::Cashier), [false; 5]);
        assert_eq!(may(Role::Installer), [false; 5]);
        assert_eq!(may(Role::Operator), [true, false, false, false, false]);
        assert_eq!(may(Role::Supervisor), [true, false, false, false, true]);
        assert_eq!(may(Role::Clerk), [true, true, false, false, false]);
        assert_eq!(may(Role::Auditor), [false, false, false, false, true]);
        assert_eq!(may(Role::Accountant), [false, false, true, false, false]);
        assert_eq!(may(Role::Administrator), [false, false, false, true, true]);
    }

    #[test]
    fn nobody_makes_owners() {
        assert!(Role::to_give(Door::Partner).eq([Role::Cashier, Role::Installer]));
        assert!(!Role::to_give(Door::Staff).any(|role| role.door() == Door::Partner));
    }

    #[test]
    fn logins_are_latin() {
        assert_eq!(
            StaffLogin::parse(" Ivanova.N ").map(|login| login.0),
            Ok("ivanova.n".into())
        );
        assert_eq!(StaffLogin::parse("  "), Err(ParseLoginError::Empty));
        for wrong in [
            "ab",
            "иванова",
            "1st",
            "a b c",
            "a@b.example",
            &"a".repeat(33),
        ] {
            assert_eq!(StaffLogin::parse(wrong), Err(ParseLoginError::Malformed));
        }
    }

    #[test]
    fn recovery_codes_are_typed_as_they_are_read() {
        let code = RecoveryCode::from_bytes([0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0x01]);
        assert_eq!(code.grouped(), "2000-0000-0000-0001");
        assert_eq!(RecoveryCode::parse("2OOO 0000 oooo-000L"), Some(code));
        assert_eq!(RecoveryCode::parse("123456"), None);
    }

    #[test]
    fn every_event_has_its_own_code() {
        for event in AuditEvent::ALL {
            assert_eq!(AuditEvent::from_code(event.code()), Some(event));
        }
    }

    proptest! {
        #[test]
        fn codes_come_back_from_their_groups(bytes: [u8; 10]) {
            let code = RecoveryCode::from_bytes(bytes);
            prop_assert_eq!(RecoveryCode::parse(&code.grouped()), Some(code));
        }

        #[test]
        fn no_text_breaks_the_parsers(text in ".{0,40}") {
            if let Ok(login) = StaffLogin::parse(&text) {
                prop_assert_eq!(StaffLogin::parse(login.as_str()), Ok(login));
            }
            if let Some(code) = RecoveryCode::parse(&text) {
                prop_assert_eq!(RecoveryCode::parse(code.as_str()), Some(code));
            }
        }
    }
}
