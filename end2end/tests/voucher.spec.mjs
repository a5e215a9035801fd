import { people, vouchers } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { expect, test } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const field = (page) => page.getByLabel("Номер карты предоплаты");
const activate = (page) => page.getByRole("button", { name: "Активировать" });

test("a prepaid card is activated once, and a slip of the finger is kept", async ({ page, open, signIn, javaScriptEnabled }, info) => {
  const number = vouchers[info.project.name];
  await signIn(people.active);
  await open("/payments");
  await page.getByRole("link", { name: /Карта предоплаты/ }).click();
  await expect(page).toHaveURL("/payments/voucher");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Карта предоплаты");

  // What is no number is told at once and need not be typed again.
  for (const [typed, words] of [
    ["", "Введите номер с карты"],
    ["1234 5678", "В номере 16 цифр — сейчас 8"],
    ["номер карты", "В номере только цифры"],
    [number.replace(/.$/, (last) => `${(Number(last) + 1) % 10}`), "Проверьте цифры"],
  ]) {
    await field(page).fill(typed);
    await activate(page).click();
    await expect(page.locator(".c-summary")).toContainText(words);
    await expect(page).toHaveTitle(/^Ошибка: /);
    await expect(field(page)).toHaveValue(typed);
  }
  if (javaScriptEnabled) await audit(page, "a prepaid card, refused");
  // A real number is kept too, sealed: whoever went to the wrong shop need not type it again.
  await field(page).fill(vouchers.unsold);
  await activate(page).click();
  await expect(page.locator(".c-summary")).toContainText("Карта ещё не активна, обратитесь к продавцу");
  await expect(field(page)).toHaveValue(vouchers.unsold);
  await field(page).fill(vouchers.expired);
  await activate(page).click();
  await expect(page.locator(".c-summary")).toContainText("Срок карты закончился");

  await field(page).fill(` ${number.replaceAll(" ", "-")} `);
  await activate(page).dblclick();
  await expect(main(page)).toContainText("Карта активирована");
  await expect(main(page)).toContainText(/Зачислено 500\s₽/);
  await expect(main(page)).toContainText("Телевидение работает, оплачено до");
  if (javaScriptEnabled) await audit(page, "a prepaid card, activated");
  await page.reload();
  await expect(main(page)).toContainText("Карта активирована");
  await page.getByRole("link", { name: "Активировать ещё одну" }).click();
  await expect(field(page)).toHaveValue("");
  await open("/expenses");
  await expect(main(page)).toContainText("Карта предоплаты");
  await open("/messages");
  await expect(main(page)).toContainText(/Зачислено 500\s₽/);
});

test("somebody else's used card reads like one that is none", async ({ page, open, signIn, context }, info) => {
  test.skip(info.project.name !== "desktop-nojs", "one card, and the answer is the same everywhere");
  await signIn(people.yearly);
  await open("/payments/voucher");
  await field(page).fill(vouchers.shared);
  await activate(page).click();
  await expect(main(page)).toContainText("Карта активирована");
  await context.clearCookies();
  await signIn(people.cards);
  await open("/payments/voucher");
  for (const [typed, left] of [[vouchers.nobodys, 4], [vouchers.shared, 3]]) {
    await field(page).fill(typed);
    await activate(page).click();
    await expect(page.locator(".c-summary")).toContainText("Такой карты нет, или она уже использована");
    await expect(page.locator(".c-summary")).toContainText(new RegExp(`${left}\\s`));
  }
});
