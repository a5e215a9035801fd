//! Texts of the pages before signing in.

use super::texts;
use domain::Lang;

texts! {
    sign_in_title: "Вход в кабинет", "Sign in";
    ended: "Вход на этом устройстве закончился. Войдите снова: набранное не пропало.", "You were signed out on this device. Sign in again: what you typed is kept.";
    not_opened_yet: "Зарегистрировались, но ещё не открыли кабинет?", "Registered but have not opened the cabinet yet?";
    not_opened_again: "Пришлём ссылку или код ещё раз", "We send the link or code again";
    sign_in_slogan: "Небо над домом, каналы в доме", "Sky above the house, channels inside";
    sign_in_promise: "Пополнить, узнать, до какого числа оплачено, увидеть каждое списание — без поездки в офис.", "Top up, see until when it is paid and where the money went, without a trip to the office.";
    login: "Номер карты, телефон или почта", "Card number, phone or e-mail";
    login_hint: "Номер карты — 11 или 12 цифр", "A card number has 11 or 12 digits";
    password: "Пароль", "Password";
    show_password: "Показать пароль", "Show password";
    remember: "Оставаться в кабинете на этом устройстве", "Stay signed in on this device";
    sign_in: "Войти", "Sign in";
    by_passkey: "Войти с ключом доступа", "Sign in with a passkey";
    forgot: "Забыли пароль?", "Forgot your password?";
    create: "Создать кабинет", "Create a cabinet";
    create_hint: "Нужна карта доступа", "You need the access card";
    without_sign_in: "Без входа", "Without signing in";
    cannot_sign_in: "Не получается войти", "Cannot sign in";
    cannot_sign_in_hint: "Потерялась карта или сменился телефон", "The card is lost or the phone has changed";

    step_card: "Шаг 1 из 3. Номер карты", "Step 1 of 3. Card number";
    step_details: "Шаг 2 из 3. Ваши данные", "Step 2 of 3. Your details";
    step_check: "Шаг 3 из 3. Почта", "Step 3 of 3. E-mail";
    register_title: "Регистрация", "Registration";
    enter_card: "Введите номер карты доступа", "Enter the number of the access card";
    enter_card_lead: "Придумывать логин не нужно: входить будете по этому номеру.", "There is no login to invent: this number is your login.";
    card_number: "Номер карты", "Card number";
    card_hint: "11 или 12 цифр, пробелы не важны", "11 or 12 digits, spaces do not matter";
    go_on: "Продолжить", "Continue";
    have_cabinet: "Уже есть кабинет", "I have a cabinet";
    no_card_at_hand: "Карты нет под рукой", "The card is not at hand";
    no_card_help: "Номер показывает приёмник: «Меню» → «Условный доступ» → «Карта». Ещё он записан в договоре. Не нашли — позвоните", "The receiver shows the number: Menu → Conditional access → Card. It also stands in the contract. Not found? Call";
    card_art_title: "Карта доступа", "Access card";
    card_art_note: "Этот номер и есть логин", "This number is your login";
    card_art_caption: "Карта стоит в приёмнике. Номер напечатан на лицевой стороне, под чипом", "The card is in the receiver. The number is printed on its face, under the chip";

    details_title: "Договор и связь", "Contract and contact";
    for_card: "Карта", "Card";
    contract: "Номер договора", "Contract number";
    contract_hint: "10 цифр на первой странице договора", "10 digits on the first page of the contract";
    no_contract: "Договора нет под рукой", "The contract is not at hand";
    no_contract_help: "Тогда оставьте номер пустым и укажите фамилию и телефон или почту, которые есть в договоре.", "Then leave the number empty and give the surname with a phone or e-mail the contract knows.";
    surname: "Фамилия", "Surname";
    known_contact: "Телефон или почта из договора", "Phone or e-mail from the contract";
    where_to_write: "Куда писать о платежах", "Where to write about payments";
    where_to_write_hint: "Нужна почта или телефон: туда придёт ссылка или код", "An e-mail or a phone is needed: a link or a code goes there";
    email: "Почта", "E-mail";
    phone: "Телефон", "Phone";
    phone_hint: "Если почты нет, пришлём код в SMS", "Without an e-mail we send a code by SMS";
    consents: "Согласия", "Consents";
    accept: "Принимаю", "I accept the";
    terms: "условия пользования кабинетом", "terms of using the cabinet";
    agree_to: "Согласие на", "I agree to the";
    processing: "обработку персональных данных", "processing of personal data";
    news: "Хочу получать новости и акции — не обязательно", "I want news and offers (optional)";
    why_title: "Зачем это нужно", "Why we ask";
    why_body: "По договору проверим, что карта ваша. На телефон из договора придёт сообщение о новом кабинете.", "The contract shows that the card is yours. The phone in the contract is told about the new cabinet.";
    why_call: "Не получается — позвоните", "If it does not work, call";
    why_call_after: "Оператор поможет, пароль он не увидит.", "The operator helps and never sees a password.";
    already_hint: "Кабинет по этому договору уже открыт.", "This contract has a cabinet already.";

    check_title: "Откройте письмо", "Open the letter";
    check_sent: "Мы отправили ссылку на", "We sent a link to";
    check_lead: "Откройте её и выберите пароль. Ссылка работает сутки.", "Open it and choose a password. The link works for a day.";
    check_spam: "Письма нет больше пяти минут? Загляните в «Спам» или отправьте ещё раз.", "No letter for five minutes? Look into “Spam” or send it again.";
    resend: "Отправить ещё раз", "Send again";
    other_address: "Указать другую почту", "Use another e-mail";
    sent_again: "Отправили ещё раз", "Sent again";
    open_mailbox: "Открыть почту", "Open the mailbox";

    activate_title: "Осталось выбрать пароль", "One thing left: a password";
    activate_lead: "Осталось выбрать пароль.", "Just choose a password.";
    take_offered: "Взять предложенный", "Take the offered one";
    think_own: "Придумать свой", "Use my own";
    offered_label: "Предложенный пароль", "Offered password";
    copy: "Скопировать", "Copy";
    copied: "Скопировано", "Copied";
    offered_hint: "Сохраните пароль: мы покажем его один раз", "Save it: it is shown once";
    own_label: "Новый пароль", "New password";
    rule_length: "8 символов или больше", "8 characters or more";
    rule_digit: "хотя бы одна цифра", "at least one digit";
    rule_special: "хотя бы один знак: ! ? . , # …", "at least one sign: ! ? . , # …";
    rule_known: "не из тех, что пробуют первыми", "not one that everybody tries first";
    enter_cabinet: "Войти в кабинет", "Enter the cabinet";
    save: "Сохранить", "Save";
    link_used_title: "Ссылка уже сработала", "The link was used";
    link_used_activate: "Кабинет открыт. Войдите по номеру карты и паролю.", "The cabinet is open. Sign in with the card number and the password.";
    link_used_reset: "Пароль уже сменили. Войдите с новым.", "The password was changed. Sign in with the new one.";
    link_expired_title: "Ссылка устарела", "The link has expired";
    link_expired_activate: "Пройдите регистрацию ещё раз — это две минуты.", "Register again: it takes two minutes.";
    link_expired_again: "Пришлём новую на тот же адрес:", "A new one goes to the same address:";
    link_again: "Прислать новую ссылку", "Send a new link";
    link_again_sent: "Новая ссылка отправлена. Откройте письмо на", "A new link is sent. Open the letter at";
    elsewhere_title: "Здесь не продолжить", "It does not go on here";
    elsewhere_register: "Регистрацию заканчивают в том же браузере и в тот же день, когда её начали. Начните заново — это две минуты.", "A registration is finished in the browser and on the day it was begun. Begin anew: it takes two minutes.";
    elsewhere_code: "Код вводят в том же браузере, где его запросили. Запросите новый здесь.", "A code is typed in the browser that asked for it. Ask for a new one here.";
    link_expired_reset: "Запросите новую ссылку.", "Ask for a new link.";
    link_unknown_title: "Ссылка не подошла", "The link does not fit";
    link_unknown_body: "Скопируйте её из письма целиком.", "Copy it from the letter as a whole.";

    forgot_title: "Новый пароль", "A new password";
    forgot_lead: "Укажите номер карты, телефон или почту — пришлём ссылку или код на привязанный контакт.", "Give the card number, phone or e-mail: a link or code goes to the contact we know.";
    get_link: "Получить ссылку или код", "Get a link or code";
    forgot_old_works: "Старый пароль работает, пока вы не зададите новый.", "The old password works until you set a new one.";
    nothing_came: "Ничего не пришло", "Nothing came";
    reset_title: "Выберите пароль", "Choose a password";

    access_title: "Не получается войти", "Cannot sign in";
    access_lead: "Поможем вернуть доступ по телефону или в офисе.", "We help by phone or in an office.";
    access_call: "Позвоните", "Call";
    call_free: "бесплатно", "free of charge";
    access_offices: "Офисы", "Offices";
    access_ask: "Оператор спросит номер договора, фамилию и номер карты, привяжет почту и пришлёт ссылку. Пароль он не увидит и не спросит.", "The operator asks for the contract number, surname and card number, adds an e-mail and sends a link. Nobody sees or asks for a password.";
    access_lost: "Потерялась карта", "The card is lost";
    access_lost_body: "Придите в офис с паспортом: карту заменят, деньги, дни и пакеты перейдут на новую, вход — тоже.", "Come to an office with your passport: the card is replaced; money, days, packages and the sign-in move to the new one.";

    pay_result_title: "Платёж", "Payment";
    pay_result_done: "Деньги зачислены", "The money has arrived";
    pay_result_open: "Платёж обрабатывается", "The payment is being processed";
    pay_result_failed: "Платёж не прошёл, деньги не списаны", "The payment failed, no money was taken";
    pay_result_sign_in: "Войдите, чтобы увидеть подробности.", "Sign in to see the details.";

    help_title: "Помощь", "Help";
    help_lead: "Короткие ответы на частые вопросы.", "Short answers to frequent questions.";
    legal_version: "Редакция от 1 ноября 2026", "Version of 1 November 2026";
}

/// A page's title in the window.
pub fn window_title(lang: Lang, page: &str, wrong: bool) -> String {
    let brand = super::common::brand(lang);
    if wrong {
        format!("{}{page} — {brand}", super::common::error_prefix(lang))
    } else {
        format!("{page} — {brand}")
    }
}
