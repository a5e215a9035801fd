// The doors of partners and staff, with and without scripts.
import { audit } from "../support/audit.mjs";
import { newest } from "../support/mailbox.mjs";
import { App, enter, fillDoor, fromBase32 } from "../support/office.mjs";
import { administrators, callers, losers, partners, PASSWORD } from "../support/people.mjs";
import { expect, fillSignIn, test } from "../support/test.mjs";

const OWN = "корова-сено7";

/** Follows an invitation: password, app, recovery codes. Returns the app and the codes. */
async function enrol(page, link, look) {
  const button = (name) => page.getByRole("button", { name, exact: true });
  const heading = page.getByRole("heading", { level: 1 });
  await page.goto(link);
  await expect(heading).toHaveText("Выберите пароль");
  await look("invitation, password");
  await page.getByLabel("Придумать свой").check();
  await page.getByLabel("Новый пароль").fill("qwerty1!");
  await button("Продолжить").click();
  await expect(page.locator(".c-summary")).toContainText("слишком известен");
  await page.getByLabel("Придумать свой").check();
  await page.getByLabel("Новый пароль").fill(OWN);
  await button("Продолжить").click();
  await expect(heading).toHaveText("Добавьте вход в приложение");
  // Back for another password, and on again.
  await button("Выбрать другой пароль").click();
  await expect(heading).toHaveText("Выберите пароль");
  await page.getByLabel("Придумать свой").check();
  await page.getByLabel("Новый пароль").fill(OWN);
  await button("Продолжить").click();
  await expect(page.getByRole("img", { name: "QR-код" })).toBeVisible();
  await look("invitation, app");
  const app = new App(fromBase32(await page.locator("#secret").textContent()));
  await page.getByLabel("Код, который показывает").fill("12345");
  await button("Продолжить").click();
  await expect(page.locator(".c-summary")).toContainText("Код не подошёл");
  await page.getByLabel("Код, который показывает").fill(await app.code());
  await button("Продолжить").click();
  await expect(heading).toHaveText("Сохраните резервные коды");
  await look("recovery codes");
  await page.reload();
  const codes = await page.locator(".c-codes code").allTextContents();
  expect(codes).toHaveLength(10);
  await button("Коды сохранены").click();
  return { app, codes };
}

test("an administrator asks somebody in, who comes in with both factors and is kept out again", async ({ page, browser, javaScriptEnabled }, info) => {
  test.setTimeout(240_000);
  const login = `nina-${info.project.name}`;
  const administrator = administrators[info.project.name];
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  const button = (name) => page.getByRole("button", { name, exact: true });
  const summary = page.locator(".c-summary");
  let app;

  await test.step("comes in", async () => {
    await page.goto("/staff/login");
    await look("/staff/login");
    await button("Войти").click();
    await expect(summary).toContainText("Введите логин");
    await expect(summary).toContainText("Введите код из приложения");
    await look("/staff/login, refused");
    await fillDoor(page, "staff", administrator, PASSWORD, "000000");
    await expect(summary).toContainText("Логин, пароль или код не подходят");
    await expect(page.getByLabel("Логин")).toHaveValue(administrator);
    app = await enter(page, "staff", administrator);
    await expect(page).toHaveTitle(/^Сотрудники · Главная/);
    await look("/staff");
  });

  await test.step("asks somebody in", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Люди и роли" }).click();
    await look("/staff/users");
    await page.getByRole("link", { name: "Пригласить" }).click();
    await page.getByLabel("Имя и фамилия").fill("Нина Орлова");
    await page.getByLabel("Логин").fill("нина");
    await button("Пригласить").click();
    await expect(summary).toContainText("Выберите роль");
    await expect(page.getByLabel("Имя и фамилия")).toHaveValue("Нина Орлова");
    await look("/staff/users/new, refused");
    await expect(summary).toContainText("Введите код из приложения");
    // A form that is refused for something else does not use the code up.
    const code = await app.code();
    await page.getByLabel("Логин").fill("administrator");
    await page.getByLabel("Почта").fill(`${login}@orion.example`);
    await page.getByLabel("Аудитор").check();
    await page.getByLabel("Код из приложения").fill(code);
    await button("Пригласить").click();
    await expect(summary).toContainText("Такой уже есть");
    await page.getByLabel("Логин").fill(login);
    await page.getByLabel("Код из приложения").fill(code);
    await button("Пригласить").click();
    await expect(page.getByRole("status")).toContainText("Приглашение отправлено");
  });

  const { link } = await newest(page, `${login}@orion.example`, /Вам открыли вход/);
  const other = await browser.newContext({ javaScriptEnabled, locale: "ru-RU", viewport: page.viewportSize() });
  const there = await other.newPage();
  const lookThere = (name) => (javaScriptEnabled ? audit(there, name) : undefined);
  await test.step("the invited one sets up the way in", async () => {
    const { codes } = await enrol(there, link, lookThere);
    await expect(there).toHaveURL("/staff");
    const sections = there.getByRole("navigation");
    await expect(sections.getByRole("link", { name: "Журнал" })).toBeVisible();
    await expect(sections.getByRole("link", { name: "Люди и роли" })).toHaveCount(0);
    expect((await there.goto("/staff/users")).status()).toBe(404);
    await there.goto("/staff/audit?q=нина");
    await expect(there.getByRole("main")).toContainText("Приглашение: Нина Орлова · Аудитор");
    await lookThere("/staff/audit");
    await there.getByRole("button", { name: "Выйти" }).click();
    await expect(there).toHaveURL("/staff/login");
    // The phone is lost: a recovery code, however it is typed.
    await fillDoor(there, "staff", login, OWN, codes[3].toUpperCase().replaceAll("-", " "));
    await expect(there).toHaveURL("/staff");
    await there.goto("/staff/security");
    await expect(there.getByRole("main")).toContainText("Осталось 9 из 10");
    await lookThere("/staff/security");
    await there.goto(link);
    await expect(there.getByRole("heading", { level: 1 })).toHaveText("Ссылка уже использована");
  });

  await test.step("and is kept out at once", async () => {
    await page.goto("/staff/users");
    await page.getByRole("link", { name: new RegExp(login) }).click();
    await look("/staff/users/…");
    await page.getByText("Закрыть доступ", { exact: true }).click();
    await look("/staff/users/…, about to block");
    await button("Да, закрыть доступ").click();
    await expect(page.getByRole("status")).toContainText("Готово");
    await there.goto("/staff");
    await expect(there).toHaveURL(/\/staff\/login/);
    await other.close();
  });
});

test("a partner's owner sets up the way in anew and lets a cashier in", async ({ page, javaScriptEnabled }, info) => {
  test.setTimeout(240_000);
  const cashier = `cashier-${info.project.name}@shop.example`;
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  const button = (name) => page.getByRole("button", { name, exact: true });
  await page.goto("/partner/login");
  await look("/partner/login");
  let app = await enter(page, "partner", partners[info.project.name]);
  await expect(page).toHaveTitle(/^Партнёр · Главная/);
  await look("/partner");
  await page.goto("/partner/security");
  await page.getByLabel("Пароль сейчас").fill(PASSWORD);
  await page.getByLabel("Код из приложения").fill(await app.code());
  await button("Продолжить").click();
  await expect(page).toHaveURL(/\/partner\/invite\//);
  ({ app } = await enrol(page, page.url(), look));
  await expect(page).toHaveURL("/partner");
  await page.getByRole("navigation").getByRole("link", { name: "Сотрудники" }).click();
  await look("/partner/people");
  await page.getByRole("link", { name: "Пригласить" }).click();
  await page.getByLabel("Имя и фамилия").fill("Кира Лаптева");
  await page.getByLabel("Почта").fill(cashier);
  await page.getByLabel("Кассир").check();
  await page.getByLabel("Код из приложения").fill(await app.code());
  await button("Пригласить").click();
  await expect(page.getByRole("status")).toContainText("Приглашение отправлено");
  await expect(page.getByRole("main")).toContainText(cashier);
  const { link } = await newest(page, cashier, /кабинет партнёра/);
  expect(link).toContain("/partner/invite/");
});

test("an operator lets a caller back in", async ({ page, browser, javaScriptEnabled }, info) => {
  test.setTimeout(240_000);
  const { card, contract, surname } = callers[info.project.name];
  const fresh = `caller-${info.project.name}@mail.example`;
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  const button = (name) => page.getByRole("button", { name, exact: true });
  const summary = page.locator(".c-summary");
  const main = page.getByRole("main");
  await enter(page, "staff", "operator");
  await page.getByRole("navigation").getByRole("link", { name: "Абоненты" }).click();
  await look("/staff/subscribers");
  await button("Открыть").click();
  await expect(summary).toContainText("Введите номер карты или договора");
  await page.getByLabel("Номер карты или договора").fill("0207 2349 9999");
  await button("Открыть").click();
  await expect(summary).toContainText("Такой карты или договора нет");
  await page.getByLabel("Номер карты или договора").fill(card);
  await button("Открыть").click();
  await expect(main).toContainText(`•• ${card.slice(-4)}`);
  await expect(main).not.toContainText(surname);
  await look("a subscriber, not checked");
  await button("Проверить").click();
  await expect(summary).toContainText("Введите номер звонка");
  await page.getByLabel("Фамилия").fill(surname);
  await page.getByLabel("Номер договора").fill(contract);
  await page.getByLabel("Номер любой карты").fill(card);
  await page.getByLabel("Номер звонка").fill("31-7745");
  await button("Проверить").click();
  await expect(page.getByRole("status")).toContainText("Проверка пройдена");
  await expect(main).toContainText(surname);
  await look("a subscriber, checked");
  await page.getByLabel("Почта или телефон абонента").fill("не знаю");
  await button("Отправить ссылку").click();
  await expect(summary).toContainText("не похоже на телефон или почту");
  await page.getByLabel("Почта или телефон абонента").fill(fresh);
  await button("Отправить ссылку").click();
  await expect(page.getByRole("status")).toContainText("Ссылка отправлена");

  const { link } = await newest(page, fresh, /оператор отправил ссылку/);
  const other = await browser.newContext({ javaScriptEnabled, locale: "ru-RU" });
  const there = await other.newPage();
  await there.goto(link);
  await there.getByLabel("Придумать свой").check();
  await there.getByLabel("Новый пароль").fill(OWN);
  await there.getByRole("button", { name: "Сохранить" }).click();
  await expect(there).toHaveURL("/home");
  await other.close();
  await fillSignIn(page, fresh, OWN);
  await expect(page).toHaveURL("/home");
});

test("a clerk gives out a new card for a lost one", async ({ page, browser, javaScriptEnabled }, info) => {
  test.setTimeout(240_000);
  const { card, contract, surname, fresh } = losers[info.project.name];
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  const button = (name) => page.getByRole("button", { name, exact: true });
  const summary = page.locator(".c-summary");
  const main = page.getByRole("main");
  const app = await enter(page, "staff", "clerk");
  await page.getByRole("navigation").getByRole("link", { name: "Абоненты" }).click();
  await page.getByLabel("Номер карты или договора").fill(contract);
  await button("Открыть").click();
  await button("Проверить").click();
  await expect(summary).toContainText("Введите номер заявления");
  await look("papers, refused");
  await page.getByLabel("Фамилия").fill(surname);
  await page.getByLabel("Номер договора").fill(contract);
  await page.getByLabel("Номер заявления").fill("З-118");
  // Other projects use the same clerk: a code that was used is waited out.
  await expect(async () => {
    await page.getByLabel("Код из приложения").fill(await app.code());
    await button("Проверить").click();
    await expect(page.getByRole("status")).toContainText("Проверка пройдена", { timeout: 2_000 });
  }).toPass({ timeout: 100_000 });
  await expect(page.getByRole("status")).toContainText("Проверка пройдена");
  await expect(main).toContainText(`•• ${card.slice(-4)}`);
  await look("a subscriber in an office");
  await page.getByLabel("Номер новой карты").fill(card);
  await button("Заменить карту").click();
  await expect(summary).toContainText("Выберите причину");
  await expect(page.getByLabel("Номер новой карты")).toHaveValue(card);
  await page.getByLabel("Потеряна или украдена").check();
  await button("Заменить карту").click();
  await expect(summary).toContainText("Эта карта уже чья-то");
  await look("a card in use");
  await page.getByLabel("Номер новой карты").fill(fresh);
  await button("Заменить карту").click();
  await expect(summary).toContainText("Сверьте с картами");
  await look("both numbers to compare");
  await page.getByLabel("Номера сверены с картами").check();
  await button("Заменить карту").click();
  await expect(page.getByRole("status")).toContainText("Карта заменена");
  await expect(main).toContainText(`•• ${fresh.slice(-4)}`);
  await expect(main).not.toContainText(`•• ${card.slice(-4)}`);

  const other = await browser.newContext({ javaScriptEnabled, locale: "ru-RU" });
  const there = await other.newPage();
  await fillSignIn(there, card, PASSWORD);
  await expect(there.locator(".c-summary")).toContainText("не подходят");
  await fillSignIn(there, fresh, PASSWORD);
  await expect(there).toHaveURL("/home");
  await there.goto("/messages");
  await expect(there.getByRole("main")).toContainText("Карта доступа заменена");
  await other.close();
});

test("each wrong door shows the right one", async ({ page }) => {
  const summary = page.locator(".c-summary");
  const main = page.getByRole("main");
  await fillSignIn(page, "12.3456.78", "whatever-1");
  await expect(summary).toContainText("Это номер партнёра");
  await main.getByRole("link", { name: /^Вход для партнёров/ }).click();
  await expect(page).toHaveURL("/partner/login");
  await fillDoor(page, "partner", "0207 2340 6967", "whatever-1", "123456");
  await expect(summary).toContainText("номер карты или телефон абонента");
  await main.getByRole("link", { name: /^Вход для абонентов/ }).click();
  await expect(page).toHaveURL("/login");
  await page.goto("/staff/login");
  await fillDoor(page, "staff", "12.3456.78", "whatever-1", "123456");
  await expect(summary).toContainText("Это номер партнёра");
  const opened = (await page.context().cookies()).filter((one) => /session|partner|staff/.test(one.name));
  expect(opened, "no session was opened").toEqual([]);
});
