// Staying signed in, another phone, signing out everywhere, and too many wrong passwords.
import { audit } from "../support/audit.mjs";
import { newest, newestCode } from "../support/mailbox.mjs";
import { enter } from "../support/office.mjs";
import { PASSWORD, careful } from "../support/people.mjs";
import { expect, fillSignIn, test } from "../support/test.mjs";

const SESSION = "__Host-session";
const DAY = 24 * 3600;

// The phones that they change to.
const fresh = {
  "phone-js": "9263330001",
  "desktop-js": "9263330002",
  "phone-nojs": "9263330003",
  "desktop-nojs": "9263330004",
};
// Partners' people whose way in nobody changes.
const visitors = {
  "phone-js": "cashier@signal.example",
  "desktop-js": "installer@signal.example",
  "phone-nojs": "cashier@signal.example",
  "desktop-nojs": "installer@signal.example",
};

const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page) => page.getByRole("heading", { level: 1 });
const summary = (page) => page.locator(".c-summary");

/** Another browser of the same kind, with nothing in it or with the cookies of one that was closed. */
async function another(page, javaScriptEnabled, cookies = []) {
  const viewport = page.viewportSize();
  const context = await page.context().browser().newContext({ javaScriptEnabled, locale: "ru-RU", viewport });
  await context.addCookies(cookies);
  return context.newPage();
}

/** What is left of a browser's cookies after it was closed. */
const kept = async (page) => (await page.context().cookies()).filter(({ expires }) => expires !== -1);

test("a session ends with the browser, unless one stays on this device", async ({ page, javaScriptEnabled }, info) => {
  const { card } = careful[info.project.name];
  const session = async () => (await page.context().cookies()).find(({ name }) => name === SESSION);
  const later = async () => {
    const reopened = await another(page, javaScriptEnabled, await kept(page));
    await reopened.goto("/home");
    return reopened;
  };

  await fillSignIn(page, card, PASSWORD);
  await expect(page).toHaveURL("/home");
  expect((await session()).expires, "ends with the browser").toBe(-1);
  let reopened = await later();
  await expect(reopened).toHaveURL(/\/login/);
  await reopened.context().close();

  await page.goto("/menu");
  await button(page, "Выйти").click();
  await expect(page).toHaveURL("/login");
  expect(await session(), "the cookie is gone").toBeUndefined();

  await page.getByLabel("Номер карты, телефон или почта").fill(card);
  await page.getByLabel("Пароль", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Оставаться в кабинете на этом устройстве").check();
  await button(page, "Войти").click();
  await expect(page).toHaveURL("/home");
  const { expires, httpOnly, secure } = await session();
  expect({ httpOnly, secure }).toEqual({ httpOnly: true, secure: true });
  const days = (expires - Date.now() / 1000) / DAY;
  expect(days).toBeGreaterThan(89);
  expect(days).toBeLessThan(91);
  reopened = await later();
  await expect(reopened).toHaveURL("/home");
  await expect(heading(reopened)).toHaveText("Главная");
  await reopened.context().close();
});

test("the choice to stay outlives a wrong password", async ({ page }, info) => {
  const stay = page.getByLabel("Оставаться в кабинете на этом устройстве");
  await page.goto("/login");
  await expect(stay).not.toBeChecked();
  await stay.check();
  await page.getByLabel("Номер карты, телефон или почта").fill(careful[info.project.name].card);
  await button(page, "Войти").click();
  await expect(summary(page)).toContainText("Введите пароль");
  await expect(stay).toBeChecked();
});

test("the phone is changed by a code, and the old one hears of it", async ({ page, open, javaScriptEnabled }, info) => {
  test.setTimeout(120_000);
  const { card, phone: old } = careful[info.project.name];
  const newPhone = fresh[info.project.name];
  const field = page.getByLabel("Телефон", { exact: true });
  const code = page.getByLabel("Код", { exact: true });
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  await fillSignIn(page, card, PASSWORD);
  await expect(page).toHaveURL("/home");
  await open("/profile/contacts");
  await page.getByRole("link", { name: /^Телефон/ }).click();
  await expect(page).toHaveURL("/profile/contacts/phone");
  await expect(heading(page)).toHaveText("Новый телефон");
  await look("/profile/contacts/phone");

  await field.fill("926 333");
  await button(page, "Получить код").click();
  await expect(summary(page)).toContainText("Номер должен начинаться с +7");
  await expect(field).toHaveValue("926 333");
  await look("/profile/contacts/phone, refused");
  await field.fill(`+7${old}`);
  await button(page, "Получить код").click();
  await expect(summary(page)).toContainText("Этот контакт уже привязан");

  await field.fill(`8 ${newPhone}`);
  await button(page, "Получить код").click();
  await expect(heading(page)).toHaveText("Код из SMS");
  await look("code to a new phone");
  const sent = await newestCode(page, newPhone);
  await code.fill(`${sent.slice(0, 5)}${sent.endsWith("0") ? "1" : "0"}`);
  await button(page, "Подтвердить").click();
  await expect(summary(page)).toContainText("Код не подошёл. Осталось 4");
  await code.fill(sent);
  await button(page, "Подтвердить").click();
  await expect(page).toHaveURL(/\/profile\/contacts/);
  await expect(page.getByRole("status")).toContainText("Телефон подтверждён");
  await expect(page.getByRole("main")).toContainText(new RegExp(`${newPhone.slice(0, 3)}.333`));
  await newest(page, old, /Телефон изменён/);

  // The new phone is a login now, the old one is not.
  const there = await another(page, javaScriptEnabled);
  await fillSignIn(there, `+7${old}`, PASSWORD);
  await expect(summary(there)).toContainText("Номер или пароль не подходят");
  await fillSignIn(there, `+7${newPhone}`, PASSWORD);
  await expect(there).toHaveURL("/home");
  await there.context().close();
});

test("one signs out everywhere else at once", async ({ page, open, javaScriptEnabled }, info) => {
  const { card } = careful[info.project.name];
  const others = [];
  for (let count = 0; count < 2; count++) {
    const there = await another(page, javaScriptEnabled);
    await fillSignIn(there, card, PASSWORD);
    await expect(there).toHaveURL("/home");
    others.push(there);
  }
  await fillSignIn(page, card, PASSWORD);
  await expect(page).toHaveURL("/home");
  await open("/profile/security");
  const ends = page.getByRole("button", { name: /^Выйти на устройстве/ });
  expect(await ends.count()).toBeGreaterThanOrEqual(2);
  await button(page, "Выйти на всех других").click();
  await expect(page.getByRole("status")).toContainText("На всех других устройствах выполнен выход");
  await expect(ends).toHaveCount(0);
  await expect(button(page, "Выйти на всех других")).toHaveCount(0);
  await expect(page.getByRole("main")).toContainText("Это устройство");
  if (javaScriptEnabled) await audit(page, "signed out everywhere else");
  for (const there of others) {
    await there.goto("/payments");
    await expect(there).toHaveURL(`/login?next=${encodeURIComponent("/payments")}`);
    await there.context().close();
  }
  await newest(page, careful[info.project.name].email, /Выход на всех других устройствах/);
  await open("/profile/security");
  await expect(page.getByRole("region", { name: "Что происходило" })).toContainText("Выход на всех других устройствах");
});

test("a partner's page of security says what is missing", async ({ page, javaScriptEnabled }, info) => {
  test.setTimeout(150_000);
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  await enter(page, "partner", visitors[info.project.name]);
  await page.goto("/partner/security");
  await expect(page.getByRole("heading", { level: 2, name: "Резервные коды" })).toBeVisible();
  await look("/partner/security");
  await button(page, "Продолжить").click();
  await expect(summary(page)).toContainText("Введите пароль");
  await expect(summary(page)).toContainText("Введите код из приложения");
  await look("/partner/security, refused");
});

// Last: afterwards no new browser gets into this cabinet for a quarter of an hour.
test("too many wrong passwords pause strangers, not the owner's own browser", async ({ page, javaScriptEnabled }, info) => {
  test.setTimeout(150_000);
  const { card } = careful[info.project.name];
  const grouped = `${card.slice(0, 4)} ${card.slice(4, 8)} ${card.slice(8)}`;
  await fillSignIn(page, card, PASSWORD);
  await expect(page).toHaveURL("/home");
  await page.goto("/menu");
  await button(page, "Выйти").click();
  await expect(page).toHaveURL("/login");

  const there = await another(page, javaScriptEnabled);
  const login = there.getByLabel("Номер карты, телефон или почта");
  const attempt = async (password) => {
    await there.getByLabel("Пароль", { exact: true }).fill(password);
    await button(there, "Войти").click();
  };
  await there.goto("/login");
  await login.fill(grouped);
  for (let left = 9; left >= 0; left--) {
    await attempt(`not-the-password-${left}`);
    const words = left > 0 ? new RegExp(`Остал(ась|ось) ${left}\\sпопыт`) : "Это была последняя попытка";
    await expect(summary(there)).toContainText(words);
    await expect(login).toHaveValue(grouped);
  }
  // The right one does not help here any more.
  for (const password of ["not-the-password-10", PASSWORD]) {
    await attempt(password);
    await expect(summary(there)).toContainText(/Слишком много попыток\. Повторите через (\d|1[0-5])\sминут/);
    await expect(login).toHaveValue(grouped);
    await expect(there).toHaveURL(/\/login/);
  }
  if (javaScriptEnabled) await audit(there, "too many wrong passwords");
  await there.goto("/home");
  await expect(there).toHaveURL(/\/login/);
  await there.context().close();
  await newest(page, careful[info.project.name].email, /Кто-то подбирает пароль/);

  await fillSignIn(page, card, PASSWORD);
  await expect(page).toHaveURL("/home");
});
