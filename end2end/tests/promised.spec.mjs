import { borrowers, people } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { expect, GOOD_CARD, payButton, payInSandbox, paymentEndsAs, test } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const take = (page) => page.getByRole("button", { name: /^Взять до/ });

test("a promised payment is taken once and paid back by a top-up", async ({ page, open, signIn, javaScriptEnabled }, info) => {
  test.setTimeout(120_000);
  await signIn(borrowers[info.project.name]);

  await test.step("its terms stand on the page before it is taken", async () => {
    await open("/payments");
    await expect(main(page)).toContainText(/140\s₽ в долг до \d+\s\S+, \d+:\d\d\sмск/);
    await open("/home");
    await page.getByRole("link", { name: "Обещанный платёж" }).click();
    await expect(page).toHaveURL("/payments/promised");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Обещанный платёж");
    await expect(main(page)).toContainText("Телевидение включится сразу");
    await expect(main(page)).toContainText(/Дадим в долг\s*140\s₽/);
    await expect(main(page)).toContainText("Бесплатно");
    await expect(main(page)).toContainText("Если не вернуть вовремя");
    if (javaScriptEnabled) await audit(page, "a promised payment, offered");
  });

  await test.step("two clicks and another tab take one", async () => {
    const other = await page.context().newPage();
    await other.goto("/payments/promised");
    await take(page).dblclick();
    await expect(main(page)).toContainText(/Верните 140\s₽/);
    await expect(page).toHaveURL("/payments/promised");
    await take(other).click();
    await expect(main(other)).toContainText(/Верните 140\s₽/);
    await other.close();
    if (javaScriptEnabled) await audit(page, "a promised payment, open");
    await page.goBack();
    await page.goForward();
    await expect(main(page)).toContainText(/Верните 140\s₽/);
  });

  await test.step("television works, and every page says what is owed", async () => {
    await open("/home");
    await expect(page.locator(".c-chip")).toHaveText("Обещанный платёж");
    await expect(main(page)).toContainText("Телевидение работает");
    await open("/payments");
    await expect(main(page)).toContainText(/Верните 140\s₽ до/);
    await open("/expenses");
    await expect(main(page)).toContainText("Обещанный платёж");
    await open("/messages");
    await expect(main(page)).toContainText(/Обещанный платёж 140\s₽/);
  });

  await test.step("a top-up pays it back", async () => {
    await open("/payments/promised");
    await page.getByRole("link", { name: /^Погасить/ }).click();
    await expect(page).toHaveURL("/payments/top-up");
    await payButton(page).click();
    await payInSandbox(page, GOOD_CARD);
    await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
    await open("/payments/promised");
    await expect(main(page)).toContainText("Сейчас он не нужен");
    await expect(main(page)).toContainText("Возвращён");
    await open("/home");
    await expect(page.locator(".c-chip")).toHaveText("Работает");
  });
});

test("whoever was late sees what is left to pay", async ({ page, open, signIn }) => {
  await signIn(people.late);
  await open("/payments/promised");
  await expect(main(page)).toContainText(/Верните 30,90\s₽/);
  await expect(main(page)).toContainText("Срок прошёл");
  await open("/home");
  await expect(page.locator(".c-chip")).toHaveText("Приостановлено");
  await open("/expenses");
  await expect(main(page)).toContainText("Возврат остатка периода");
});
