import { readFile } from "node:fs/promises";
import { audit } from "../support/audit.mjs";
import { newest, newestCode } from "../support/mailbox.mjs";
import { movers, parents } from "../support/people.mjs";
import { expect, fillSignIn, test } from "../support/test.mjs";

const FIRST = "корова-сено7";
const SECOND = "zima!kot4dom";

test("a phone alone, then an e-mail, another password, another device, and back in by a code", async ({ page, open, browser, javaScriptEnabled }, info) => {
  test.setTimeout(180_000);
  const { card, contract, phone } = movers[info.project.name];
  const email = `mover-${info.project.name}@mail.example`;
  const heading = page.getByRole("heading", { level: 1 });
  const summary = page.locator(".c-summary");
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  let third;
  const button = (name) => page.getByRole("button", { name, exact: true });

  await test.step("registers with a phone and types the code", async () => {
    await open("/register");
    await page.getByLabel("Номер карты").fill(card);
    await button("Продолжить").click();
    await page.getByLabel("Номер договора").fill(contract);
    await page.getByLabel("Телефон", { exact: true }).fill(`8 ${phone}`);
    await page.getByLabel("условия пользования кабинетом").check();
    await page.getByLabel("обработку персональных данных").check();
    await button("Создать кабинет").click();
    await expect(heading).toHaveText("Код из SMS");
    await look("code");
    await button("Подтвердить").click();
    await expect(summary).toContainText("Введите код из сообщения");
    const code = await newestCode(page, phone);
    const wrong = `${code.slice(0, 5)}${code.endsWith("0") ? "1" : "0"}`;
    await page.getByLabel("Код", { exact: true }).fill(wrong);
    await button("Подтвердить").click();
    await expect(summary).toContainText("Код не подошёл. Осталось 4");
    await look("wrong code");
    await button("Отправить ещё раз").click();
    await expect(summary).toContainText("Отправить ещё раз можно через");
    await page.getByLabel("Код", { exact: true }).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await button("Подтвердить").click();
    await expect(heading).toHaveText("Осталось выбрать пароль");
    await page.getByLabel("Придумать свой").check();
    await page.getByLabel("Новый пароль").fill(FIRST);
    await button("Войти в кабинет").click();
    await expect(page).toHaveURL("/home");
  });

  await test.step("binds an e-mail", async () => {
    await open("/profile");
    await look("profile");
    await page.getByRole("link", { name: /Контакты/ }).click();
    await look("contacts");
    await page.getByRole("link", { name: /Почта/ }).click();
    await page.getByLabel("Почта", { exact: true }).fill("нет такого");
    await button("Получить ссылку").click();
    await expect(summary).toContainText("В адресе опечатка");
    await expect(page.getByLabel("Почта", { exact: true })).toHaveValue("нет такого");
    await look("refused e-mail");
    await page.getByLabel("Почта", { exact: true }).fill(email);
    await button("Получить ссылку").click();
    await expect(page.getByRole("status")).toContainText(`письма на ${email}`);
    const { link } = await newest(page, email, /Подтвердите почту/);
    await open(link);
    await look("e-mail link");
    await button("Привязать почту").click();
    await expect(heading).toHaveText("Почта привязана");
    await open("/profile/contacts");
    await expect(page.getByRole("main")).toContainText(email);
    await newest(page, phone, /Почта изменена/);
  });

  await test.step("changes the password", async () => {
    await open("/profile/security");
    await look("security");
    await page.getByRole("link", { name: /^Пароль/ }).click();
    await look("another password");
    await page.getByLabel("Пароль сейчас").fill("не-тот-пароль1");
    await page.getByLabel("Придумать свой").check();
    await page.getByLabel("Новый пароль").fill(SECOND);
    await button("Сохранить").click();
    await expect(summary).toContainText("Пароль не подходит");
    await page.getByLabel("Пароль сейчас").fill(FIRST);
    await page.getByLabel("Придумать свой").check();
    await page.getByLabel("Новый пароль").fill(SECOND);
    await button("Сохранить").click();
    await expect(page.getByRole("status")).toContainText("Пароль изменён");
    await newest(page, email, /Пароль изменён/);
  });

  await test.step("sees another device and signs it out", async () => {
    const other = await browser.newContext({ javaScriptEnabled, locale: "ru-RU" });
    const there = await other.newPage();
    await fillSignIn(there, email, SECOND);
    await expect(there).toHaveURL("/home");
    await newest(page, email, /Вход с нового устройства/);
    await open("/profile/security");
    await expect(page.getByRole("main")).toContainText("Это устройство");
    await page.getByRole("button", { name: /^Выйти на устройстве/ }).click();
    await expect(page.getByRole("status")).toContainText("выполнен выход");
    await there.goto("/home");
    await expect(there).toHaveURL(/\/login/);
    await other.close();
  });

  await test.step("forgets the password and comes back by a code", async () => {
    await open("/profile");
    await button("Выйти").click();
    await expect(page).toHaveURL("/login");
    const before = await newestCode(page, phone);
    await page.getByRole("link", { name: "Забыли пароль?" }).click();
    await page.getByLabel("Номер карты, телефон или почта").fill(`+7 (${phone.slice(0, 3)}) ${phone.slice(3)}`);
    await button("Получить ссылку или код").click();
    await expect(heading).toHaveText("Проверьте почту или телефон");
    await look("code, after a forgotten password");
    await page.getByLabel("Код", { exact: true }).fill(await newestCode(page, phone, before));
    await button("Подтвердить").click();
    await expect(heading).toHaveText("Выберите пароль");
    const offered = await page.getByLabel("Предложенный пароль").inputValue();
    await button("Сохранить").click();
    await expect(page).toHaveURL("/home");
    await page.context().clearCookies({ name: "__Host-session" });
    await fillSignIn(page, phone, offered);
    await expect(page).toHaveURL("/home");
    third = offered;
  });

  await test.step("names the card, adds the parents' contract and switches without losing the place", async () => {
    const other = parents[info.project.name];
    await open("/profile/access-cards");
    await look("cards");
    await page.getByRole("link", { name: /Без названия/ }).click();
    await look("name of a card");
    await page.getByLabel("Название карты").fill("Дом");
    await button("Сохранить").click();
    await expect(page.getByRole("main")).toContainText("Дом");
    await page.getByRole("link", { name: /Добавить договор/ }).click();
    await page.getByLabel("Номер карты").fill(other.card);
    await button("Добавить договор").click();
    await expect(summary).toContainText("Введите номер договора");
    await expect(page.getByLabel("Номер карты")).toHaveValue(other.card);
    await look("refused contract");
    await page.getByLabel("Номер договора").fill(other.contract);
    await button("Добавить договор").click();
    await expect(page.getByRole("status")).toContainText("Договор добавлен");
    await look("two contracts");
    await open("/expenses");
    await page.locator(".c-switcher summary").click();
    await page.getByRole("button", { name: /Дом/ }).click();
    await expect(page).toHaveURL("/expenses");
    await expect(page.locator(".c-switcher summary")).toContainText("Дом");
    await open("/profile/access-cards");
    await page.getByText(new RegExp(`^Убрать договор .*${other.contract.slice(8)}$`)).click();
    await page.getByRole("button", { name: "Да, убрать договор" }).click();
    await expect(page.getByRole("status")).toContainText("Договор убран");
  });

  await test.step("takes the consent to news and the data along", async () => {
    await open("/profile/data");
    await look("personal data");
    await button("Дать").click();
    await expect(page.getByRole("main")).toContainText(/Дано \d/);
    await button("Отозвать").click();
    await expect(page.getByRole("main")).toContainText("Отозвано");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: /Скачать мои данные/ }).click(),
    ]);
    const data = JSON.parse(await readFile(await download.path(), "utf8"));
    expect(data.contracts[0].subscriber.contract).toBe(contract);
    expect(data.account.email).toBe(email);
  });

  await test.step("deletes the cabinet and takes it back", async () => {
    await open("/profile/delete");
    await look("deletion");
    await button("Удалить кабинет").click();
    await expect(summary).toContainText("Введите слово УДАЛИТЬ");
    await page.getByLabel("Введите слово УДАЛИТЬ").fill("удалить");
    await button("Удалить кабинет").click();
    await expect(heading).toHaveText("Кабинет будет удалён");
    await look("deleted");
    await fillSignIn(page, phone, third);
    await expect(heading).toHaveText("Кабинет удаляется");
    await look("being deleted");
    await page.goto("/payments");
    await expect(heading).toHaveText("Кабинет удаляется");
    await button("Вернуть кабинет").click();
    await expect(page).toHaveURL("/home");
    await expect(page.locator(".c-chip")).toHaveText("Работает");
  });
});

test("whoever has no cabinet sees the same after a forgotten password", async ({ page, open }) => {
  await open("/forgot-password");
  await page.getByLabel("Номер карты, телефон или почта").fill("+7 999 123-45-67");
  await page.getByRole("button", { name: "Получить ссылку или код" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Проверьте почту или телефон");
  await page.getByLabel("Код", { exact: true }).fill("123456");
  await page.getByRole("button", { name: "Подтвердить" }).click();
  await expect(page.locator(".c-summary")).toContainText("Код не подошёл. Осталось 4");
});

test("password managers find where the password is changed", async ({ page }) => {
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL(`/login?next=${encodeURIComponent("/profile/security/password")}`);
});
