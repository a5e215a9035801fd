import { people } from "../support/people.mjs";
import { EMPTY_CARD, expect, payButton, payInSandbox, paymentEndsAs, test } from "../support/test.mjs";

test("a refusal of the bank says why and what to do", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.suspended);
  await open("/payments/top-up");
  await payButton(page).click();
  await payInSandbox(page, EMPTY_CARD);
  await paymentEndsAs(page, javaScriptEnabled, "Платёж не прошёл");
  await expect(page.getByRole("main")).toContainText("Деньги не списаны.");
  await expect(page.getByRole("main")).toContainText("На карте не хватило денег");
  await page.getByRole("link", { name: "Попробовать ещё раз" }).click();
  await expect(page).toHaveURL("/payments/top-up");
});

test("one may leave the bank's page without paying", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.suspended);
  await open("/payments/top-up");
  await payButton(page).click();
  await page.getByRole("button", { name: "Отменить и вернуться в магазин" }).click();
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  await paymentEndsAs(page, javaScriptEnabled, "Платёж не прошёл");
  await expect(page.getByRole("main")).toContainText("Оплату не завершили.");
});

test("the bank may ask for a code", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.cards);
  await open("/payments/top-up");
  await payButton(page).click();
  await page.getByLabel("Номер карты").fill("5555 5555 5555 4477");
  await page.getByLabel("ММ/ГГ").fill("09/29");
  await page.getByLabel("CVC").fill("123");
  await page.getByRole("button", { name: /^Оплатить/ }).click();
  await page.getByLabel("Код из сообщения").fill("1234");
  await page.getByRole("button", { name: "Подтвердить" }).click();
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
});
