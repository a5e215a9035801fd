import { payers } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { expect, GOOD_CARD, payButton, payInSandbox, paymentEndsAs, test, typeSum } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const heading = (page) => page.getByRole("heading", { level: 1 });

test("a card is kept, pays by itself, carries autopay and is removed", async ({ page, open, signIn, javaScriptEnabled }, info) => {
  test.setTimeout(120_000);
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  await signIn(payers[info.project.name]);

  await test.step("a card is kept when its owner wants it", async () => {
    await open("/payments");
    await page.getByRole("link", { name: /Автоплатёж/ }).click();
    await expect(page).toHaveURL("/payments/autopay");
    await look("autopay, off and no card");
    await page.getByRole("link", { name: "Добавить карту" }).click();
    await expect(page).toHaveURL("/payments/top-up?save=1");
    const keep = page.getByLabel("Запомнить карту для следующих платежей");
    await expect(keep).toBeChecked();
    // Nobody asks to keep what cannot be kept.
    await page.getByLabel(/СБП/).check();
    await expect(keep).toBeHidden();
    await page.getByLabel("Банковская карта").check();
    await look("top-up, keeping the card");
    await payButton(page).click();
    await payInSandbox(page, GOOD_CARD);
    await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
  });

  await test.step("the kept card pays without the bank's page", async () => {
    await open("/payments/top-up");
    await expect(page.getByLabel("MasterCard •• 4444")).toBeChecked();
    await expect(page.getByLabel("Другая банковская карта")).not.toBeChecked();
    await typeSum(page, "15");
    await payButton(page).click();
    // There is no page of the bank to look at: the sum and the card are confirmed here.
    await expect(heading(page)).toHaveText("Подтвердите оплату");
    await expect(main(page)).toContainText("MasterCard •• 4444");
    await look("a saved card, confirmation");
    await page.getByRole("button", { name: /^Списать 15\s₽/ }).dblclick();
    await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
    await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
    await expect(main(page)).toContainText(/15\s₽/);
  });

  await test.step("autopay is switched on with a consent of its own", async () => {
    await open("/payments/autopay");
    await page.getByRole("link", { name: "Включить автоплатёж" }).click();
    await look("autopay, the form");
    await page.getByRole("link", { name: "14", exact: true }).click();
    await expect(main(page)).toContainText("14-е число каждого месяца");
    const on = page.getByRole("button", { name: /^Включить с 14/ });
    await on.click();
    await expect(page.locator(".c-summary")).toContainText("Отметьте согласие");
    await expect(page).toHaveTitle(/^Ошибка: /);
    await look("autopay, refused");
    await page.getByLabel(/^Поручаю «Орион Экспресс»/).check();
    await on.dblclick();
    await expect(main(page)).toContainText("Автоплатёж включён");
    await expect(main(page)).toContainText(/14\s\S+ в 12:00 с карты MasterCard •• 4444/);
    await look("autopay, on");
    await open("/payments");
    await expect(page.getByRole("link", { name: /Автоплатёж/ })).toContainText("Включён, следующее списание 14");
    await open("/messages");
    await expect(main(page)).toContainText("Автоплатёж включён");
  });

  await test.step("it is switched off in one step and brought back", async () => {
    await open("/payments/autopay");
    await page.getByRole("button", { name: "Отключить автоплатёж" }).dblclick();
    await expect(main(page)).toContainText("С карты больше ничего не спишем");
    await expect(main(page)).toContainText("Выключен");
    await page.getByRole("link", { name: "Вернуть как было" }).click();
    await expect(main(page)).toContainText("14-е число каждого месяца");
    await page.getByLabel(/^Поручаю «Орион Экспресс»/).check();
    await page.getByRole("button", { name: /^Включить с 14/ }).click();
    await expect(main(page)).toContainText("Автоплатёж включён");
  });

  await test.step("a removed card takes it along", async () => {
    await open("/payments/cards");
    await expect(main(page)).toContainText("С неё идёт автоплатёж");
    await look("bank cards");
    await page.getByRole("button", { name: "Удалить MasterCard •• 4444" }).click();
    await expect(main(page)).toContainText("Карта удалена, автоплатёж выключен");
    await expect(main(page)).toContainText("Сохранённых карт нет");
    await look("bank cards, none");
    await open("/payments/top-up");
    await expect(page.getByLabel("Банковская карта")).toBeChecked();
    await expect(main(page)).not.toContainText("4444");
  });
});

test("a link that is none says so, and nothing happens by opening one", async ({ page, open, javaScriptEnabled }) => {
  const answer = await open("/autopay/off/0000000000000000000000000000000000000000000000000000000000000000");
  expect(answer.status()).toBe(404);
  await expect(heading(page)).toHaveText("Ссылка не подходит");
  if (javaScriptEnabled) await audit(page, "autopay, a link that is none");
});
