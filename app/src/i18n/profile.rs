//! Texts of the profile.

use super::texts;
use domain::Lang;

texts! {
    profile: "Профиль", "Profile";
    contract: "Договор", "Contract";
    office_only: "Фамилию, адрес и паспорт меняют в офисе. Вопросы — ", "Name, address and passport are changed in an office. Questions:";

    contacts: "Контакты", "Contacts";
    contacts_lead: "По ним вы входите, сюда приходят чеки и предупреждения", "You sign in with them; receipts and warnings come here";
    contacts_told: "При замене мы напишем и на старый контакт.", "When one is replaced, the old one is told too.";
    email: "Почта", "E-mail";
    phone: "Телефон", "Phone";
    not_given: "Не указана", "Not given";
    not_confirmed: "не подтверждено", "not confirmed";
    new_email: "Новая почта", "New e-mail";
    new_email_lead: "Пришлём ссылку. Почта сменится, когда вы её откроете.", "We send a link. The e-mail changes when you open it.";
    new_phone: "Новый телефон", "New phone";
    new_phone_lead: "Пришлём код. Телефон сменится, когда вы его введёте.", "We send a code. The phone changes when you type it.";
    send_link: "Получить ссылку", "Get a link";
    send_code: "Получить код", "Get a code";
    letter_sent: "Почта сменится, когда вы откроете ссылку из письма на", "The e-mail changes when you open the link in the letter to";
    letter_works: "Ссылка работает до", "The link works until";
    phone_changed: "Телефон подтверждён.", "The phone is confirmed.";
    confirm_email: "Подтвердите почту", "Confirm the e-mail";
    confirm_email_lead: "Привязать к кабинету адрес", "Bind to the cabinet the address";
    bind: "Привязать почту", "Bind the e-mail";
    not_mine: "Это были не вы? Просто закройте страницу: почта не изменится.", "It was not you? Close the page: the e-mail stays as it was.";
    email_bound: "Почта привязана", "The e-mail is bound";
    email_bound_body: "Теперь по ней можно входить, сюда придут чеки и предупреждения.", "You can sign in with it; receipts and warnings come there.";
    link_late: "Ссылка устарела", "The link has expired";
    link_late_body: "Запросите новую в разделе «Контакты».", "Ask for a new one under “Contacts”.";
    to_contacts: "К контактам", "To the contacts";

    security: "Безопасность", "Security";
    security_hint: "Пароль, устройства, журнал", "Password, devices, log";
    password: "Пароль", "Password";
    password_changed: "Пароль изменён. На других устройствах нужно войти заново.", "The password was changed. Other devices have to sign in again.";
    passkeys: "Ключи доступа", "Passkeys";
    passkeys_hint: "Вход по отпечатку, лицу или PIN-коду устройства, без пароля.", "Sign in by fingerprint, face or the device’s PIN, without a password.";
    offer_passkey: "Входить без пароля?", "Sign in without a password?";
    not_now: "Не сейчас", "Not now";
    add_passkey: "Добавить ключ доступа", "Add a passkey";
    add_passkey_lead: "Вход по отпечатку, лицу или PIN-коду этого устройства. Ключ хранится в нём, нам он не виден.", "Sign in by fingerprint, face or PIN of this device. The key stays in it; we never see it.";
    no_passkeys_here: "Этот браузер не умеет ключи доступа. Откройте страницу на телефоне или в другом браузере.", "This browser has no passkeys. Open the page on a phone or in another browser.";
    passkey_password_stays: "Пароль останется: им всегда можно войти.", "The password stays: you can always sign in with it.";
    passkey: "Ключ доступа", "Passkey";
    passkey_name: "Название", "Name";
    passkey_added: "Ключ доступа добавлен. В следующий раз войдите без пароля.", "The passkey was added. Next time sign in without a password.";
    passkey_named: "Название сохранено.", "The name was saved.";
    passkey_gone: "Ключ доступа удалён.", "The passkey was removed.";
    devices: "Где вы вошли", "Where you are signed in";
    this_device: "Это устройство", "This device";
    end: "Выйти", "Sign out";
    end_others: "Выйти на всех других", "Sign out everywhere else";
    device_ended: "На том устройстве выполнен выход.", "That device was signed out.";
    devices_ended: "На всех других устройствах выполнен выход.", "All other devices were signed out.";
    log: "Что происходило", "What happened";
    new_password: "Новый пароль", "New password";
    new_password_lead: "Возьмите предложенный или придумайте свой", "Take the offered one or choose your own";
    current_password: "Пароль сейчас", "Password now";
    others_sign_in_again: "На других устройствах нужно будет войти заново.", "Other devices will have to sign in again.";
    confirm: "Введите пароль", "Enter the password";
    confirm_lead: "Так мы убедимся, что за экраном вы. Хватит на 10 минут.", "So we know it is you. It is good for 10 minutes.";
    go_on: "Продолжить", "Continue";

    card: "Карта доступа", "Access card";
    cards: "Договоры и карты", "Contracts and cards";
    cards_hint: "Названия, договор родителей", "Names, the parents’ contract";
    unnamed: "Без названия", "No name";
    add_contract: "Добавить договор", "Add a contract";
    add_contract_hint: "Родителей, дачи — чтобы всё было в одном кабинете", "The parents’ or the country house’s, all in one cabinet";
    add_contract_lead: "Понадобятся номер карты и номер договора", "You need the card number and the contract number";
    contract_phone_told: "На телефон из договора придёт сообщение.", "The phone in the contract is told.";
    contract_added: "Договор добавлен, и сейчас вы видите его. Переключаться можно вверху страницы.", "The contract was added and is the one you see now. Switch on top of the page.";
    remove_contract_means: "По картам этого договора станет нельзя войти в этот кабинет. Сам договор, деньги и телевидение останутся.", "The cards of this contract will not open this cabinet any more. The contract, its money and television stay.";
    remove_contract_yes: "Да, убрать договор", "Yes, take it out";
    contract_removed: "Договор убран из кабинета.", "The contract left the cabinet.";
    card_name: "Название карты", "Name of the card";
    card_name_hint: "Например: Дача, Мама", "For example: Country house, Mother";
    name_saved: "Название сохранено.", "The name was saved.";
    name_card: "Название карты", "Name of the card";

    data: "Личные данные", "Personal data";
    data_hint: "Согласия, копия данных, удаление", "Consents, a copy of the data, deletion";
    consents: "Согласия", "Consents";
    consents_needed: "Без первых двух кабинет не работает: отозвать их — значит удалить кабинет.", "The cabinet needs the first two: to take them back is to delete it.";
    not_consented: "Не дано", "Not given";
    give: "Дать", "Give";
    withdraw: "Отозвать", "Take back";
    consent_saved: "Сохранено, запись сделана.", "Saved and recorded.";
    download: "Скачать мои данные", "Download my data";
    download_hint: "Всё, что мы о вас знаем, одним файлом JSON", "All we know of you as one JSON file";
    delete: "Удалить кабинет", "Delete the cabinet";
    delete_hint: "30 дней на то, чтобы передумать", "30 days to change your mind";
    delete_means: "Что произойдёт", "What happens";
    delete_signs_out: "Сразу: выход на всех устройствах.", "At once: every device is signed out.";
    delete_then: "После этого контакты, пароль, ключи и журнал сотрутся навсегда.", "After that contacts, password, passkeys and log are erased for good.";
    delete_contract_stays: "Договор, телевидение и чеки остаются: кабинет — только вход. Договор расторгают отдельно.", "The contract, television and receipts stay: the cabinet is only a door. A contract is ended separately.";
    delete_word: "Введите слово УДАЛИТЬ", "Type the word DELETE";
    delete_word_hint: "Чтобы не удалить случайно", "So that it is no accident";
    keep: "Оставить кабинет", "Keep the cabinet";
    money_left_body: "Деньги останутся на договоре. Вернуть их можно до удаления.", "The money stays with the contract. You can have it back before the deletion.";
    closing: "Кабинет удаляется", "The cabinet is being deleted";
    closing_body: "Вы попросили удалить кабинет. Его ещё можно вернуть таким, каким он был.", "You asked for its deletion. It can still come back as it was.";
    restore: "Вернуть кабинет", "Keep the cabinet after all";
    restored: "Кабинет снова с вами.", "The cabinet is yours again.";
    deletion_asked: "Кабинет будет удалён", "The cabinet will be deleted";
    deletion_asked_body: "Передумаете за 30 дней — войдите как обычно и нажмите «Вернуть кабинет». Телевидение работает дальше.", "If you change your mind within 30 days, sign in as always and press “Keep the cabinet after all”. Television goes on.";

    code_title: "Код из SMS", "Code from the SMS";
    code_sent: "Мы отправили код на", "We sent a code to";
    code_maybe_title: "Проверьте почту или телефон", "Check your mailbox or phone";
    code_maybe: "Если кабинет есть, мы отправили ссылку на почту или код в SMS.", "If there is a cabinet, we sent a link by e-mail or a code by SMS.";
    code: "Код", "Code";
    code_hint: "6 цифр из SMS", "6 digits from the SMS";
    check_code: "Подтвердить", "Confirm";
    code_again: "Отправить ещё раз", "Send again";
    other_way: "Указать другой контакт", "Use another contact";
}

/// «Изменён 3 ноября».
pub fn changed_on(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ru => format!("Изменён {day}"),
        Lang::En => format!("Changed on {day}"),
    }
}

/// What a button that signs out one device says to those who do not see the row.
pub fn end_device(lang: Lang, name: &str) -> String {
    match lang {
        Lang::Ru => format!("Выйти на устройстве {name}"),
        Lang::En => format!("Sign out {name}"),
    }
}

/// «Ещё раз можно через 42 секунды».
pub fn again_in(lang: Lang, seconds: u64) -> String {
    let text = domain::format::seconds_in(lang, seconds);
    match lang {
        Lang::Ru => format!("Отправить ещё раз можно через {text}"),
        Lang::En => format!("You can send it again in {text}"),
    }
}

/// «Добавлен 3 ноября».
pub fn added_on(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ru => format!("Добавлен {day}"),
        Lang::En => format!("Added on {day}"),
    }
}

/// «Использован 3 ноября».
pub fn used_on(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ru => format!("Последний вход {day}"),
        Lang::En => format!("Last used on {day}"),
    }
}

/// The button that removes a passkey names it.
pub fn remove_passkey(lang: Lang, name: &str) -> String {
    match lang {
        Lang::Ru => format!("Удалить ключ «{name}»"),
        Lang::En => format!("Remove “{name}”"),
    }
}

/// «Дано 3 ноября».
pub fn given_on(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ru => format!("Дано {day}"),
        Lang::En => format!("Given on {day}"),
    }
}

/// «Отозвано 3 ноября».
pub fn withdrawn_on(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ru => format!("Отозвано {day}"),
        Lang::En => format!("Taken back on {day}"),
    }
}

/// The button that takes a contract out names it.
pub fn remove_contract(lang: Lang, contract: &str) -> String {
    match lang {
        Lang::Ru => format!("Убрать договор {contract}"),
        Lang::En => format!("Take contract {contract} out"),
    }
}

/// «На балансе 140 ₽».
pub fn money_left(lang: Lang, sum: &str) -> String {
    match lang {
        Lang::Ru => format!("На балансе {sum}"),
        Lang::En => format!("The balance is {sum}"),
    }
}

/// Until when a deletion can be taken back.
pub fn delete_until(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ru => format!("До {day} кабинет можно вернуть: просто войдите."),
        Lang::En => format!("Until {day} you can have it back: just sign in."),
    }
}

/// The same, once it was asked for.
pub fn closing_until(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ru => format!("Вернуть можно до {day}."),
        Lang::En => format!("You can have it back until {day}."),
    }
}
