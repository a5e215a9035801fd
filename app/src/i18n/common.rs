//! Texts around every page.

use super::texts;

texts! {
    brand: "Орион Экспресс", "Orion Express";
    brand_first: "Орион", "Orion";
    brand_second: "Экспресс", "Express";
    to_home: "Орион Экспресс, на главную", "Orion Express, home";
    skip: "К содержанию", "Skip to content";
    help: "Помощь", "Help";
    offer: "Оферта", "Terms";
    personal_data: "Персональные данные", "Personal data";
    error_prefix: "Ошибка: ", "Error: ";
    check_form: "Проверьте форму", "Check the form";
    back: "Назад", "Back";
    retry: "Повторить", "Try again";
    nav_label: "Разделы", "Sections";
    nav_home: "Главная", "Home";
    nav_payments: "Платежи", "Payments";
    nav_top_up: "Пополнить", "Top up";
    nav_tariff: "Тариф", "Tariff";
    nav_expenses: "Расходы", "Expenses";
    nav_messages: "Сообщения", "Messages";
    nav_profile: "Профиль", "Profile";
    nav_more: "Ещё", "More";
    sign_out: "Выйти", "Sign out";
    my_cards: "Карты доступа", "Access cards";
    works: "работает", "works";
    suspended: "приостановлена", "paused";
    not_found_title: "Такой страницы нет", "There is no such page";
    not_found_body: "Ссылка устарела, или в адресе опечатка. С деньгами и телевидением всё в порядке.", "The link is out of date or has a typo. Your money and television are fine.";
    go_home: "На главную", "Home";
    top_up: "Пополнить", "Top up";
    need_help: "Нужна помощь — позвоните", "Need help? Call";
    broken_title: "Кабинет временно не отвечает", "The cabinet does not answer for now";
    broken_body: "Мы уже чиним. Деньги на счёте в сохранности, телевидение продолжает работать.", "We are already mending it. The money is safe, television goes on.";
    broken_payments: "Если вы платили, проверьте в списке платежей: он покажет, дошли ли деньги.", "If you were paying, look at the list of payments: it shows whether the money arrived.";
    request_number: "Номер для оператора:", "Number for the operator:";
    loading_failed: "Не удалось загрузить", "Could not load this";
    opens_bank: "Откроется страница банка", "Opens the bank’s page";
    call: "Позвонить", "Call";
    no_connection: "Нет связи", "No connection";
    offline_since: "Нет связи. Данные на", "No connection. As of";
    offline_not_paid: "Нет связи — платёж не начат", "No connection: the payment was not started";
    today_word: "Сегодня", "Today";
    earlier: "Раньше", "Earlier";
}
