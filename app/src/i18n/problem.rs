//! What is wrong with a field, in words: calm, one idea, and what to do.

use super::phone;
use domain::Lang;
use domain::form::Problem;
use domain::format::{minutes_in, money, plural_en, plural_ru, seconds_in};

/// The words for a problem.
pub fn text(lang: Lang, problem: &Problem) -> String {
    let ru = matches!(lang, Lang::Ru);
    let fixed = match problem {
        Problem::CardEmpty => ("Введите номер карты", "Enter the card number"),
        Problem::CardNotDigits => (
            "В номере карты только цифры",
            "A card number has digits only",
        ),
        Problem::CardCheckDigit => (
            "Проверьте цифры: в номере опечатка",
            "Check the digits: there is a typo",
        ),
        Problem::ContractEmpty => ("Введите номер договора", "Enter the contract number"),
        Problem::ContractNotDigits => (
            "В номере договора только цифры",
            "A contract number has digits only",
        ),
        Problem::SurnameEmpty => ("Введите фамилию", "Enter the surname"),
        Problem::KnownContactEmpty => (
            "Введите телефон или почту из договора",
            "Enter a phone or e-mail from the contract",
        ),
        Problem::KnownContactMalformed => (
            "Это не похоже на телефон или почту",
            "This does not look like a phone or e-mail",
        ),
        Problem::PhoneEmpty => ("Введите номер телефона", "Enter the phone number"),
        Problem::PhoneMalformed => (
            "Номер должен начинаться с +7 и содержать 11 цифр",
            "The number begins with +7 and has 11 digits",
        ),
        Problem::EmailEmpty => ("Введите адрес почты", "Enter the e-mail address"),
        Problem::EmailMalformed => (
            "В адресе опечатка: нужно имя, знак @ и почтовый сервер",
            "There is a typo: a name, the sign @ and a mail server are needed",
        ),
        Problem::EmailNotLatin => (
            "Нужны латинские буквы: ivan@mail.ru. Адреса русскими буквами пока не принимаем",
            "Latin letters are needed: ivan@mail.ru. We do not take addresses in Cyrillic yet",
        ),
        Problem::SavedCardGone => (
            "Этой карты больше нет. Выберите другую",
            "This card is gone. Choose another one",
        ),
        Problem::DayMissing => ("Выберите день", "Choose the day"),
        Problem::MandateNotAccepted => (
            "Отметьте согласие: без него автоплатёж не включить",
            "Tick the consent: autopay needs it",
        ),
        Problem::PinEmpty => ("Введите номер с карты", "Enter the number of the card"),
        Problem::PinNotDigits => ("В номере только цифры", "The number has digits only"),
        Problem::PinCheckDigit => (
            "Проверьте цифры: в номере опечатка",
            "Check the digits: there is a typo",
        ),
        Problem::OtherContract => (
            "Вы переключили договор. Проверьте лицевой счёт и нажмите ещё раз",
            "You have switched to another contract. Check the account and press again",
        ),
        Problem::RefundNotNow => (
            "Сейчас вернуть деньги нельзя. Почему — написано ниже",
            "Money cannot go back now. The reason is below",
        ),
        Problem::RefundDecided => (
            "По заявке уже принято решение. Оно ниже",
            "The request is already decided. The decision is below",
        ),
        Problem::RefundReasonMissing => (
            "Напишите причину, её прочтёт абонент",
            "Write the reason, the subscriber reads it",
        ),
        Problem::RefundReasonLong => ("Сократите до 300 знаков", "Shorten it to 300 characters"),
        Problem::DateMalformed => (
            "Введите день, например 01.11.2026",
            "Enter a day, such as 01.11.2026",
        ),
        Problem::SpanReversed => (
            "Последний день раньше первого",
            "The last day is before the first",
        ),
        Problem::SpanTooLong => ("Не больше года за раз", "A year at a time at most"),
        Problem::VoucherNotActive => (
            "Карта ещё не активна, обратитесь к продавцу",
            "The card is not active yet, ask the seller",
        ),
        Problem::EmailTooLong => ("Адрес слишком длинный", "The address is too long"),
        Problem::ContactMissing => ("Введите почту или телефон", "Enter an e-mail or a phone"),
        Problem::ContactTaken => (
            "Этот контакт уже привязан к другому кабинету",
            "This contact belongs to another cabinet",
        ),
        Problem::ContactSame => ("Этот контакт уже привязан", "This contact is bound already"),
        Problem::PhoneNotServed => (
            "Введите адрес почты: SMS сейчас не отправляем",
            "Enter the e-mail address: we do not send SMS now",
        ),
        Problem::ContractHeld => (
            "Этот договор уже в вашем кабинете",
            "This contract is in your cabinet already",
        ),
        Problem::ContractTaken => (
            "У этого договора свой кабинет. Его владелец должен убрать договор из него или позвонить нам",
            "This contract has a cabinet of its own. Its owner has to take it out or call us",
        ),
        Problem::LastContract => (
            "Последний договор убрать нельзя. Кабинет можно удалить в разделе «Личные данные»",
            "The last contract cannot leave. The cabinet can be deleted under “Personal data”",
        ),
        Problem::DeleteWord => ("Введите слово УДАЛИТЬ", "Type the word DELETE"),
        Problem::NameEmpty => ("Введите название", "Enter a name"),
        Problem::NameTooLong => (
            "Название слишком длинное: нужно до 60 символов",
            "The name is too long: up to 60 characters",
        ),
        Problem::PasskeyUnfit => (
            "Ключ доступа не подошёл. Попробуйте ещё раз или войдите с паролем",
            "The passkey does not fit. Try again or use the password",
        ),
        Problem::TooManyPasskeys => (
            "Ключей уже 20. Удалите лишние",
            "There are 20 passkeys already. Remove some",
        ),
        Problem::CodeEmpty => (
            "Введите код из сообщения",
            "Enter the code from the message",
        ),
        Problem::CodeNotDigits => ("В коде только цифры", "A code has digits only"),
        Problem::CodeExpired => (
            "Код устарел. Мы отправили новый",
            "The code has expired. We sent a new one",
        ),
        Problem::AlreadyRegistered => (
            "Кабинет по этому договору уже есть. Войдите или восстановите пароль",
            "This contract has a cabinet already. Sign in or restore the password",
        ),
        Problem::TermsNotAccepted => ("Примите условия", "Accept the terms"),
        Problem::PersonalDataNotAccepted => (
            "Без согласия на обработку данных кабинет не открыть",
            "The cabinet cannot be opened without this consent",
        ),
        Problem::SubscriberLogin => (
            "Это номер карты или телефон абонента. Вход для абонентов — ссылка под формой",
            "This is a subscriber’s card or phone number. The subscribers’ door is under the form",
        ),
        Problem::StaffLoginEmpty => ("Введите логин", "Enter the login"),
        Problem::StaffLoginMalformed => (
            "Логин — от 3 до 32 латинских букв, цифр, точек и дефисов, первой идёт буква",
            "A login has 3 to 32 Latin letters, digits, dots and dashes and begins with a letter",
        ),
        Problem::StaffLoginTaken => ("Такой уже есть", "This one is taken"),
        Problem::PartnerLoginEmpty => (
            "Введите номер партнёра или почту",
            "Enter the partner’s number or the e-mail",
        ),
        Problem::PartnerLoginMalformed => (
            "Нужен номер вида 12.3456.78 или почта",
            "A number like 12.3456.78 or an e-mail is needed",
        ),
        Problem::TotpEmpty => ("Введите код из приложения", "Enter the code from the app"),
        Problem::TotpMismatch => (
            "Код не подошёл или уже использован. Дождитесь следующего",
            "The code does not fit or was used. Wait for the next one",
        ),
        Problem::PersonNameEmpty => ("Введите имя", "Enter the name"),
        Problem::RoleMissing => ("Выберите роль", "Choose a role"),
        Problem::LastAdministrator => (
            "Это последний администратор: сначала назначьте другого",
            "This is the last administrator: name another one first",
        ),
        Problem::OwnAccess => (
            "Себе роль и доступ не меняют",
            "Nobody changes their own role or access",
        ),
        Problem::SubscriberUnknown => (
            "Такой карты или договора нет",
            "There is no such card or contract",
        ),
        Problem::LoginMalformed => (
            "Это не похоже на номер карты, телефон или почту. Проверьте цифры",
            "This is no card number, phone or e-mail. Check the digits",
        ),
        Problem::NumberEmpty => (
            "Введите номер карты или договора",
            "Enter the number of a card or a contract",
        ),
        Problem::CallEmpty => ("Введите номер звонка", "Enter the number of the call"),
        Problem::IdentityRefused => (
            "Проверка не пройдена. Сегодня восстановить доступ можно только в офисе с паспортом",
            "The check was not passed. Today access can be restored in an office only, with a passport",
        ),
        Problem::PapersRefused => (
            "Данные не сошлись слишком много раз. Проверка закрыта до завтра",
            "The data did not match too many times. The check is closed for a day",
        ),
        Problem::ApplicationEmpty => (
            "Введите номер заявления",
            "Enter the number of the application",
        ),
        Problem::CardChoice => ("Выберите карту", "Choose the card"),
        Problem::CardReplacedAlready => (
            "Эту карту уже заменили: обновите страницу",
            "This card was replaced already: reload the page",
        ),
        Problem::CardInUse => (
            "Эта карта уже чья-то. Возьмите другую из запаса",
            "This card is somebody’s already. Take another one from the stock",
        ),
        Problem::CardOrContractDigits => (
            "Нужны только цифры: 11–12 — номер карты, 10 — номер договора",
            "Digits only: 11 or 12 of a card, 10 of a contract",
        ),
        Problem::ReplacementReason => ("Выберите причину", "Choose the reason"),
        Problem::LoginEmpty => (
            "Введите номер карты, телефон или почту",
            "Enter the card number, phone or e-mail",
        ),
        Problem::PasswordEmpty => ("Введите пароль", "Enter the password"),
        Problem::PasswordNew => ("Придумайте пароль", "Choose a password"),
        Problem::PasswordNoDigit => ("Добавьте цифру", "Add a digit"),
        Problem::PasswordNoSpecial => ("Добавьте знак: ! ? . , # …", "Add a sign: ! ? . , # …"),
        Problem::PasswordKnown => (
            "Этот пароль слишком известен",
            "This password is too well known",
        ),
        Problem::PasswordLong => (
            "Пароль длиннее 128 символов",
            "The password is longer than 128 characters",
        ),
        Problem::AmountEmpty => ("Введите сумму", "Enter the sum"),
        Problem::AmountMalformed => (
            "Введите сумму цифрами: 390 или 390,50",
            "Enter digits: 390 or 390.50",
        ),
        Problem::MethodUnavailable => (
            "Этот способ сейчас не работает, выберите другой",
            "This way does not work now, choose another",
        ),
        Problem::ReceiptEmailMissing => (
            "Введите почту: по закону чек приходит на неё",
            "Enter the e-mail: the law sends the receipt there",
        ),
        other => return counted(lang, ru, other),
    };
    if ru { fixed.0 } else { fixed.1 }.to_owned()
}

fn counted(lang: Lang, ru: bool, problem: &Problem) -> String {
    match problem {
        Problem::ReplacementSure { old, new } => {
            if ru {
                format!(
                    "Сверьте с картами: {old} заменим на {new}. Если всё верно, отметьте это и нажмите ещё раз"
                )
            } else {
                format!(
                    "Compare with the cards: {old} gives way to {new}. If both are right, tick the box and press again"
                )
            }
        }
        Problem::CardLength { got } => {
            if ru {
                format!("В номере карты 11 или 12 цифр — сейчас {got}")
            } else {
                format!("A card number has 11 or 12 digits, now {got}")
            }
        }
        Problem::CardUnknown => {
            if ru {
                format!(
                    "Карты с таким номером нет. Проверьте цифры на карте или позвоните {}",
                    phone()
                )
            } else {
                format!(
                    "There is no such card. Check the digits on the card or call {}",
                    phone()
                )
            }
        }
        Problem::CardBlocked => {
            if ru {
                format!("Эта карта не обслуживается. Позвоните {}", phone())
            } else {
                format!("This card is not in service. Call {}", phone())
            }
        }
        Problem::ContractLength { got } => {
            if ru {
                format!("В номере договора 10 цифр — сейчас {got}")
            } else {
                format!("A contract number has 10 digits, now {got}")
            }
        }
        Problem::NoMatch { left } => {
            let left = tries(lang, *left);
            if ru {
                format!("Не совпадает с договором этой карты. {left}")
            } else {
                format!("This does not match the card’s contract. {left}")
            }
        }
        Problem::CodeLength { got } => {
            if ru {
                format!("В коде 6 цифр — сейчас {got}")
            } else {
                format!("A code has 6 digits, now {got}")
            }
        }
        Problem::CodeMismatch { left } => {
            let no = lang.pick("Код не подошёл.", "The code does not fit.");
            format!("{no} {}", tries(lang, *left))
        }
        Problem::ResendLater { seconds } => {
            let when = seconds_in(lang, *seconds);
            if ru {
                format!("Отправить ещё раз можно через {when}")
            } else {
                format!("You can send it again in {when}")
            }
        }
        Problem::EmailSlip { meant, .. } => {
            if ru {
                format!("Похоже на опечатку: {meant}? Если адрес верный, нажмите ещё раз")
            } else {
                format!("Looks like a slip: {meant}? If the address is right, press again")
            }
        }
        Problem::PartnerNumber => {
            if ru {
                format!(
                    "Это номер партнёра. У партнёров своя дверь — ссылка на этой странице, вопросы — {}",
                    phone()
                )
            } else {
                format!(
                    "This is a partner’s number. Partners have a door of their own, linked on this page; questions: {}",
                    phone()
                )
            }
        }
        Problem::AccessBlocked => {
            if ru {
                format!(
                    "Доступ закрыт. Обратитесь к тому, кто вас пригласил, или позвоните {}",
                    phone()
                )
            } else {
                format!(
                    "Access is blocked. Ask whoever invited you, or call {}",
                    phone()
                )
            }
        }
        Problem::PasswordMismatch { left } => {
            let no = lang.pick("Пароль не подходит.", "The password does not fit.");
            format!("{no} {}", tries(lang, *left))
        }
        Problem::IdentityMismatch { left } => {
            let no = lang.pick(
                "Ответы не совпали с договором.",
                "The answers do not match the contract.",
            );
            format!("{no} {}", tries(lang, *left))
        }
        Problem::OfficeMismatch { left } => {
            let no = lang.pick(
                "Логин, пароль или код не подходят. Каждый код действует один раз.",
                "Login, password or code do not fit. Each code works once.",
            );
            format!("{no} {}", tries(lang, *left))
        }
        Problem::SignInMismatch { left } => {
            let (no, left) = (
                lang.pick(
                    "Номер или пароль не подходят.",
                    "The number or password does not fit.",
                ),
                tries(lang, *left),
            );
            format!("{no} {left}")
        }
        Problem::TooManyTries { minutes } => {
            let (hours, rest) = (minutes / 60, minutes % 60);
            let when = if hours > 1 {
                domain::format::hours(lang, if rest > 0 { hours + 1 } else { hours })
            } else {
                minutes_in(lang, *minutes)
            };
            if ru {
                format!(
                    "Слишком много попыток. Повторите через {when} или позвоните {}",
                    phone()
                )
            } else {
                format!("Too many tries. Try again in {when} or call {}", phone())
            }
        }
        Problem::PasswordShort { got } => {
            if ru {
                format!("Нужно 8 символов — сейчас {got}")
            } else {
                format!("8 characters are needed, now {got}")
            }
        }
        Problem::RefundSum { nearest: None } => lang
            .pick(
                "Такую сумму банк не вернёт. Введите сумму побольше",
                "The bank does not return this sum. Enter a larger one",
            )
            .to_owned(),
        Problem::RefundSum { nearest: Some(sum) } => {
            let sum = money(lang, *sum);
            if ru {
                format!("Банк не делит платёж на части меньше 1 ₽. Введите {sum}")
            } else {
                format!("The bank does not split a payment into parts under 1 ₽. Enter {sum}")
            }
        }
        Problem::AmountRange { min, max } => {
            let (min, max) = (money(lang, *min), money(lang, *max));
            if ru {
                format!("От {min} до {max}")
            } else {
                format!("From {min} to {max}")
            }
        }
        Problem::PinLength { got } => {
            if ru {
                format!("В номере 16 цифр — сейчас {got}")
            } else {
                format!("The number has 16 digits, now {got}")
            }
        }
        Problem::VoucherUnknown { left } => {
            let left = tries(lang, *left);
            if ru {
                format!("Такой карты нет, или она уже использована. {left}")
            } else {
                format!("There is no such card, or it was used. {left}")
            }
        }
        Problem::VoucherYours { day } => {
            let day = domain::format::full_date(lang, *day);
            if ru {
                format!("Вы активировали эту карту {day}")
            } else {
                format!("You activated this card on {day}")
            }
        }
        Problem::VoucherExpired { day } => {
            let day = domain::format::full_date(lang, *day);
            if ru {
                format!("Срок карты закончился {day}")
            } else {
                format!("The card was valid until {day}")
            }
        }
        Problem::PromiseChanged { amount } => {
            let amount = money(lang, *amount);
            if ru {
                format!("Сумма изменилась: теперь {amount}. Посмотрите условия ещё раз")
            } else {
                format!("The sum has changed: it is {amount} now. Look at the terms again")
            }
        }
        other => format!("{other:?}"),
    }
}

fn tries(lang: Lang, left: u32) -> String {
    if left == 0 {
        return lang
            .pick("Это была последняя попытка", "That was the last try")
            .to_owned();
    }
    match lang {
        Lang::Ru => {
            let word = plural_ru(u64::from(left), ["попытка", "попытки", "попыток"]);
            let verb = if word == "попытка" {
                "Осталась"
            } else {
                "Осталось"
            };
            format!("{verb} {left}\u{a0}{word}")
        }
        Lang::En => format!(
            "{left}\u{a0}{} left",
            plural_en(u64::from(left), ["try", "tries"])
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Money;

    #[test]
    fn counts_are_declined() {
        let left = |left| text(Lang::Ru, &Problem::SignInMismatch { left });
        assert_eq!(
            left(3),
            "Номер или пароль не подходят. Осталось 3\u{a0}попытки"
        );
        assert_eq!(
            left(1),
            "Номер или пароль не подходят. Осталась 1\u{a0}попытка"
        );
        assert_eq!(
            left(0),
            "Номер или пароль не подходят. Это была последняя попытка"
        );
        let range = Problem::AmountRange {
            min: Money::from_roubles(10),
            max: Money::from_roubles(15_000),
        };
        assert_eq!(text(Lang::Ru, &range), "От 10\u{a0}₽ до 15\u{a0}000\u{a0}₽");
        assert_eq!(
            text(Lang::En, &Problem::CardLength { got: 10 }),
            "A card number has 11 or 12 digits, now 10"
        );
    }
}
