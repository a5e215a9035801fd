import { PASSWORD, people } from "../support/people.mjs";
import { expect, fillSignIn, test, typeSum } from "../support/test.mjs";

const summary = (page) => page.locator(".c-summary");
const NEUTRAL = /Номер или пароль не подходят\. (Осталось \d+\sпопыт(ки|ок)|Осталась 1\sпопытка)/;

test("a wrong password is refused without a hint of what is wrong", async ({ page, javaScriptEnabled }) => {
  await fillSignIn(page, people.promise.card, "not-the-password-1");
  await expect(summary(page)).toContainText(NEUTRAL);
  await expect(page).toHaveTitle(/^Ошибка: /);
  await expect(page.getByLabel("Номер карты, телефон или почта")).toHaveValue(people.promise.card);
  await expect(page.getByLabel("Пароль", { exact: true })).toHaveValue("");
  if (javaScriptEnabled) await expect(summary(page)).toBeFocused();
});

test("an unknown card gets the same words", async ({ page }) => {
  await fillSignIn(page, "020799999999", "not-the-password-1");
  await expect(summary(page)).toContainText(NEUTRAL);
});

test("an empty form names both fields", async ({ page }) => {
  await fillSignIn(page, "", "");
  await expect(summary(page)).toContainText("Введите номер карты, телефон или почту");
  await expect(summary(page)).toContainText("Введите пароль");
});

test("after signing in one is where one wanted to be", async ({ page }) => {
  await fillSignIn(page, people.soon.card, PASSWORD, "/login?next=%2Fexpenses");
  await expect(page).toHaveURL("/expenses");
});

test("after a mistake one still gets there", async ({ page }) => {
  await fillSignIn(page, people.soon.card, "not-the-password-1", "/login?next=%2Ftariff");
  await expect(summary(page)).toBeVisible();
  await page.getByLabel("Пароль", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Войти", exact: true }).click();
  await expect(page).toHaveURL("/tariff");
});

test("an address of another site is not followed", async ({ page }) => {
  for (const foreign of ["https://evil.example/", "//evil.example", "/\\evil.example"]) {
    await fillSignIn(page, people.cards.card, PASSWORD, `/login?next=${encodeURIComponent(foreign)}`);
    await expect(page).toHaveURL("/home");
  }
});

test("a session that has ended elsewhere loses nothing that was typed", async ({ page, context, browser, open }) => {
  await fillSignIn(page, people.yearly.card, PASSWORD);
  await expect(page).toHaveURL("/home");
  await open("/payments/top-up");
  await typeSum(page, "1234,50");
  // The same session is ended elsewhere: the cookie stays here and means nothing any more.
  const twin = await browser.newContext({ locale: "ru-RU" });
  await twin.addCookies(await context.cookies());
  const elsewhere = await twin.newPage();
  await elsewhere.goto("/menu");
  await elsewhere.getByRole("button", { name: "Выйти" }).click();
  await expect(elsewhere).toHaveURL("/login");
  await twin.close();
  await page.getByRole("button", { name: /^Оплатить/ }).click();
  await expect(page).toHaveURL(/\/login\?next=.*ended=1/);
  await expect(page.getByRole("status")).toContainText("набранное не пропало");
  await page.getByLabel("Номер карты, телефон или почта").fill(people.yearly.card);
  await page.getByLabel("Пароль", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Войти", exact: true }).click();
  await expect(page).toHaveURL(/\/payments\/top-up/);
  await expect(page.getByLabel("Оплатить другую сумму")).toHaveValue("1234,50");
});
