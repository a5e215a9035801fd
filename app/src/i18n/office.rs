//! Texts of the doors of partners and staff.

use super::texts;
use domain::Lang;
use domain::format::{plural_en, plural_ru};
use domain::office::Door;

texts! {
    partner: "Партнёр", "Partner";
    staff: "Сотрудники", "Staff";
    sign_in_partner: "Вход для партнёров", "Partners’ sign-in";
    sign_in_staff: "Вход для сотрудников", "Staff sign-in";
    partner_slogan: "Кабинет партнёра", "The partners’ cabinet";
    partner_promise: "Для дилеров и их сотрудников", "For dealers and their people";
    staff_slogan: "Вход для сотрудников", "Staff only";
    staff_promise: "Каждое действие записывается в журнал", "Every action is written into a log";
    partner_login: "Номер партнёра или почта", "Partner’s number or e-mail";
    partner_login_hint: "Номер вида 12.3456.78 — вход владельца", "A number like 12.3456.78 is the owner’s way in";
    staff_login: "Логин", "Login";
    code: "Код из приложения", "Code from the app";
    code_hint: "Шесть цифр. Нет телефона — введите резервный код", "Six digits. Without the phone, a recovery code";
    code_confirm_hint: "Подтвердите действие новым кодом: каждый действует один раз", "Confirm with a fresh code: each works once";
    lost_partner: "Забыли пароль или потеряли телефон? Новую ссылку для входа пришлёт владелец, а владельцу — поддержка партнёров: ", "Forgot the password or lost the phone? The owner sends you a new link; the owner gets one from partners’ support:";
    lost_staff: "Забыли пароль или потеряли телефон? Новую ссылку для входа пришлёт администратор.", "Forgot the password or lost the phone? An administrator sends you a new link.";
    other_doors: "Другие входы", "Other doors";
    to_subscribers: "Вход для абонентов", "Subscribers’ door";
    to_subscribers_hint: "По номеру карты, телефону или почте", "By card number, phone or e-mail";
    to_partners: "Вход для партнёров", "Partners’ door";
    to_partners_hint: "По номеру партнёра или почте", "By partner’s number or e-mail";
    ended: "Вход закончился. Войдите снова.", "You were signed out. Sign in again.";
    ended_kept: "Вход закончился. Войдите снова: набранное не пропало.", "You were signed out. Sign in again: what you typed is kept.";
    closed_network: "Отсюда не войти", "No way in from here";
    closed_network_body: "Сотрудники входят только из сети компании. Подключитесь к ней и обновите страницу.", "Staff come in from the company’s network only. Connect to it and reload the page.";

    invite_password: "Выберите пароль", "Choose a password";
    step_password: "Шаг 1 из 3. Пароль", "Step 1 of 3. Password";
    step_app: "Шаг 2 из 3. Приложение", "Step 2 of 3. App";
    step_codes: "Шаг 3 из 3. Резервные коды", "Step 3 of 3. Recovery codes";
    go_on: "Продолжить", "Continue";
    invite_app: "Добавьте вход в приложение", "Add the sign-in to an app";
    app_lead: "Откройте на телефоне приложение для кодов — Яндекс Ключ, FreeOTP, Google Authenticator — и наведите камеру на квадрат.", "Open an authenticator on your phone — FreeOTP, Google Authenticator or another — and point the camera at the square.";
    app_link: "Открыть в приложении на этом устройстве", "Open in an app on this device";
    square: "QR-код с секретом для приложения", "QR code with the secret for the app";
    secret: "Секрет, если камеры нет", "The secret, without a camera";
    secret_hint: "Введите его в приложение вручную: по времени, 6 цифр", "Type it into the app: time-based, 6 digits";
    app_code: "Код, который показывает приложение", "The code that the app shows";
    link_used: "Ссылка уже использована", "The link was used already";
    link_used_body: "Вход настроен. Войдите с паролем и кодом.", "The way in is set up. Sign in with password and code.";
    link_expired: "Ссылка устарела", "The link has expired";
    link_expired_body: "Попросите прислать новую.", "Ask for a new one.";
    link_unknown: "Такой ссылки нет", "There is no such link";
    link_unknown_body: "Проверьте, целиком ли она скопирована из письма.", "Check that it was copied from the letter in full.";
    codes: "Сохраните резервные коды", "Keep the recovery codes";
    codes_lead: "Каждый код один раз заменит телефон. Распечатайте их или запишите: больше мы их не покажем.", "Each replaces the phone once. Print them or write them down: we never show them again.";
    codes_kept: "Коды сохранены", "I have kept the codes";
    codes_copy: "Скопировать коды", "Copy the codes";
    codes_print: "Напечатать", "Print";

    home: "Главная", "Home";
    hello: "Здравствуйте", "Hello";
    sections: "Разделы", "Sections";
    codes_wait: "Резервные коды ещё не сохранены", "The recovery codes are not kept yet";
    codes_wait_body: "Без них потерянный телефон закроет вам вход.", "Without them a lost phone locks you out.";
    show_codes: "Показать коды", "Show the codes";
    sign_out: "Выйти", "Sign out";

    own_access_section: "Мой вход", "My way in";
    security_hint: "Пароль, приложение, резервные коды", "Password, app, recovery codes";
    again: "Настроить вход заново", "Set up the way in anew";
    again_lead: "Новый пароль, новое приложение и новые резервные коды. Старый вход работает, пока вы не закончите.", "A new password, a new app and new recovery codes. The old way works until you finish.";
    current_password: "Пароль сейчас", "Password now";
    recovery_codes: "Резервные коды", "Recovery codes";
    codes_few: "Почти кончились. Новые появятся, когда вы настроите вход заново.", "Almost used up. New ones come when you set up the way in anew.";
    codes_none: "Коды кончились: потерянный телефон закроет вам вход. Настройте вход заново, и появятся новые.", "The codes are used up: a lost phone would lock you out. Set up the way in anew to get new ones.";
    code_again_hint: "Новый код из приложения. Нет телефона — резервный код", "A fresh code from the app. Without the phone, a recovery code";
    end_others: "Выйти на других устройствах", "Sign out everywhere else";
    others_ended: "На других устройствах выполнен выход.", "The other devices were signed out.";
    no_others: "Вход выполнен только здесь", "Signed in here alone";

    people: "Люди и роли", "People and roles";
    people_partner: "Сотрудники", "People";
    people_hint: "Кто входит и что может", "Who comes in and what they may do";
    add: "Пригласить", "Invite";
    invited: "Приглашение ждёт", "Invited";
    active: "Доступ открыт", "Active";
    blocked: "Доступ закрыт", "Blocked";
    oneself: "Это вы", "This is you";
    never: "входов ещё не было", "not been in yet";
    last_in: "последний вход", "last in";
    name: "Имя и фамилия", "Name";
    email: "Почта", "E-mail";
    email_hint: "Сюда придёт ссылка для входа", "The link goes there";
    email_login_hint: "Сюда придёт ссылка; по этой почте сотрудник будет входить", "The link goes there; they sign in with it";
    login_hint: "Латинские буквы, цифры, точки и дефисы", "Latin letters, digits, dots and dashes";
    role: "Роль", "Role";
    rights: "Кто что может", "Who may do what";
    may: "может", "may";
    may_not: "нет", "no";
    was_invited: "Приглашение отправлено.", "The invitation is on its way.";
    was_changed: "Готово.", "Done.";
    set_role: "Сменить роль", "Change the role";
    block: "Закрыть доступ", "Block";
    block_hint: "Вход закроется сразу и на всех устройствах. Открыть его снова можно здесь же.", "The way in closes at once and on all devices. It can be opened again here.";
    block_now: "Да, закрыть доступ", "Yes, block";
    other_password: "Выбрать другой пароль", "Choose another password";
    partner_rights: "Приглашать людей и закрывать им доступ может только владелец.", "The owner alone invites people and blocks them.";
    unblock: "Открыть доступ", "Let in again";
    reset: "Прислать новую ссылку", "Send a new link";
    reset_hint: "Если забыт пароль или потерян телефон. Старый вход работает, пока ссылкой не воспользуются: пропал телефон — сначала закройте доступ.", "When the password is forgotten or the phone is lost. The old way works until the link is used: if the phone is gone, block first.";
    own_access: "Себе роль и доступ не меняют. Пароль и приложение — в разделе «Мой вход».", "Nobody changes their own role. Password and app are under “My way in”.";

    restore: "Новый пароль", "A new password";
    restore_section: "Абоненты", "Subscribers";
    restore_hint: "Абонент не может войти", "Somebody who cannot sign in";
    cards_hint: "Абонент не может войти или потерял карту", "Somebody who cannot sign in or has lost the card";
    card_or_contract: "Номер карты или договора", "Card or contract number";
    find_hint: "Что назовёт абонент. Каждый просмотр записывается", "Whatever the subscriber names. Each look is written down";
    open: "Открыть", "Open";
    subscriber: "Абонент", "Subscriber";
    found_by: "Абонент найден по номеру", "Found by the number";
    owner: "Владелец", "Owner";
    contract: "Договор", "Contract";
    check: "Проверьте, кто звонит", "Check who is calling";
    check_hint: "Впишите то, что назвал абонент. Подсказывать нельзя; две ошибки закроют проверку до завтра.", "Type what the caller says. Do not prompt; two mistakes close the check for a day.";
    papers: "Проверьте документы", "Check the papers";
    papers_hint: "Впишите данные из договора и паспорта. Лицо и паспорт сверяете вы.", "Type what contract and passport say. You compare the face with the passport.";
    application: "Номер заявления", "Number of the application";
    application_hint: "Подписанное заявление остаётся в офисе", "The signed application stays in the office";
    replace: "Заменить карту", "Replace a card";
    replace_hint: "Тариф, оплаченные дни и название перейдут на новую карту, деньги остаются на счёте. Старый номер перестанет работать навсегда.", "Tariff, paid days and name move to the new card, money stays on the account. The old number stops working for ever.";
    old_card: "Какую карту заменить", "Which card";
    reason: "Что с ней", "What is the matter";
    reason_lost: "Потеряна или украдена", "Lost or stolen";
    reason_broken: "Сломана", "Broken";
    new_card: "Номер новой карты", "Number of the new card";
    new_card_hint: "11 или 12 цифр, как на карте", "11 or 12 digits, as on the card";
    sure: "Номера сверены с картами", "Both numbers were compared with the cards";
    do_replace: "Заменить карту", "Replace the card";
    was_replaced: "Карта заменена. Абонент входит с новым номером и прежним паролем; мы написали ему об этом.", "The card was replaced. The subscriber signs in with the new number and the old password, and was told.";
    broken: "Сейчас не отвечаем", "No answer now";
    broken_body: "Ничего не изменилось. Подождите минуту и попробуйте ещё раз.", "Nothing was changed. Wait a minute and try again.";
    surname: "Фамилия владельца договора", "Surname of the contract’s owner";
    contract_number: "Номер договора", "Contract number";
    card_number: "Номер любой карты договора", "Number of any card of the contract";
    call: "Номер звонка", "Number of the call";
    call_hint: "Из телефонии, для журнала", "From the phone system, for the log";
    do_check: "Проверить", "Check";
    was_checked: "Проверка пройдена. Действует 15 минут.", "The check was passed. It counts for 15 minutes.";
    no_cabinet: "Кабинета ещё нет. Абонент создаёт его сам: по номеру карты и номеру договора, на странице входа.", "There is no cabinet yet. Its owner creates it with the card and contract numbers, from the sign-in page.";
    no_contacts: "К кабинету ничего не привязано.", "Nothing is bound to the cabinet.";
    bound_contacts: "К кабинету привязаны:", "Bound to the cabinet:";
    send_to: "Почта или телефон абонента", "The subscriber’s e-mail or phone";
    send_hint: "Сюда придёт ссылка для нового пароля; по ней контакт и привяжется. О ссылке узнают все прежние контакты", "The link to a new password goes there and binds the contact. All bound contacts are told";
    send_link: "Отправить ссылку", "Send the link";
    was_sent: "Ссылка отправлена. Она работает сутки, один раз.", "The link is on its way. It works once, for a day.";

    not_found: "Такой страницы нет", "There is no such page";
    not_found_body: "Или у вашей роли нет этого раздела.", "Or your role does not have this section.";

    audit: "Журнал", "Log";
    audit_hint: "Кто, что и когда сделал", "Who did what and when";
    audit_lead: "Записи нельзя изменить или удалить. Время московское.", "Entries cannot be changed or removed. Moscow time.";
    find: "Найти", "Find";
    about: "Имя, договор или роль", "Name, contract or role";
    unknown: "Неизвестный", "Unknown";
    command_line: "Командная строка", "Command line";
    nothing_found: "Ничего не нашлось.", "Nothing was found.";
    newer: "Новее", "Newer";
    older: "Раньше", "Older";
}

/// What a door's pages are called in the window's title.
pub const fn door(lang: Lang, door: Door) -> &'static str {
    match door {
        Door::Partner => partner(lang),
        Door::Staff => staff(lang),
    }
}

/// What is done at a door.
pub const fn sign_in(lang: Lang, door: Door) -> &'static str {
    match door {
        Door::Partner => sign_in_partner(lang),
        Door::Staff => sign_in_staff(lang),
    }
}

/// How many recovery codes are left.
pub fn codes_left(lang: Lang, left: i64) -> String {
    match lang {
        Lang::Ru => format!("Осталось {left} из 10"),
        Lang::En => format!("{left} of 10 left"),
    }
}

/// How many other sessions there are.
pub fn others(lang: Lang, count: i64) -> String {
    match lang {
        Lang::Ru => format!(
            "Ещё {count} {}",
            plural_ru(
                count.unsigned_abs(),
                ["устройство", "устройства", "устройств"]
            )
        ),
        Lang::En => format!(
            "{count} more {}",
            plural_en(count.unsigned_abs(), ["device", "devices"])
        ),
    }
}
