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
    letter_sent: "Ссылка отправлена. Откройте письмо на новой почте.", "The link is on its way. Open the letter in the new mailbox.";
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
