import { BLOCKED, payers } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { expect, fillCard, GOOD_CARD, payButton, shownCard, test, typeSum } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const heading = (page) => page.getByRole("heading", { level: 1 });

test("somebody pays for a card without signing in and learns nothing of whose it is", async ({ page, open, javaScriptEnabled }, info) => {
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  const { card } = payers[info.project.name];
  await open("/login");
  await page.getByRole("link", { name: /Оплата без входа/ }).click();
  await expect(page).toHaveURL("/pay");
  await look("pay, the card");
  const number = page.locator("#card");
  for (const [typed, words] of [
    ["", "Введите номер карты"],
    ["0207 2340", "В номере карты 11 или 12 цифр"],
    ["020723400001", "Карты с таким номером нет"],
    [BLOCKED, "Эта карта не обслуживается"],
  ]) {
    await number.fill(typed);
    await page.getByRole("button", { name: "Продолжить" }).click();
    await expect(page.locator(".c-summary")).toContainText(words);
    await expect(number).toHaveValue(shownCard(typed, javaScriptEnabled));
  }
  await number.fill(` ${card.slice(0, 4)} ${card.slice(4, 8)}-${card.slice(8)}`);
  await page.getByRole("button", { name: "Продолжить" }).click();

  await expect(page).toHaveURL(/\/pay\/details\?f=/);
  expect(page.url()).not.toContain(card);
  await expect(main(page)).toContainText("Телевидение работает, оплачено до");
  for (const name of ["Зимина", "Орехов", "Лисина", "Дубов", "2041 0092"]) {
    await expect(main(page)).not.toContainText(name);
  }
  await look("pay, the sum");
  await typeSum(page, "5");
  await payButton(page).click();
  await expect(page.locator(".c-summary")).toContainText(/От 10\s₽/);
  await expect(page.locator(".c-summary")).toContainText("Введите почту");
  await expect(page.locator("#amount")).toHaveValue("5");
  await look("pay, refused");
  await page.locator("#amount").fill("12");
  await page.getByLabel("Почта для чека").fill("guest@mail.example");
  await payButton(page).dblclick();
  await fillCard(page, GOOD_CARD);
  await expect(page).toHaveURL(/\/pay\/result\//);
  await expect(async () => {
    await page.reload();
    await expect(heading(page)).toHaveText("Деньги зачислены", { timeout: 500 });
  }).toPass({ timeout: 30_000, intervals: [500] });
  await look("pay, the result");
});

test("the second page without the first one asks for the card", async ({ page, open }) => {
  await open("/pay/details");
  await expect(page.locator("#card")).toBeVisible();
  await open("/pay/details?f=00000000-0000-4000-8000-000000000000");
  await expect(page.locator("#card")).toBeVisible();
});
