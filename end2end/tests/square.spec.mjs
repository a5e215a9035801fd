// Fast payments: a square on the cabinet's own page, for a camera beside it or a bank's app on this phone.
import { audit } from "../support/audit.mjs";
import { SANDBOX } from "../support/demo.mjs";
import { payers } from "../support/people.mjs";
import { expect, payButton, paymentEndsAs, test, typeSum } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const heading = (page) => page.getByRole("heading", { level: 1 });
const toBank = (page) => main(page).getByRole("link", { name: "Открыть приложение банка" });

test("a top-up by a square: seen, paid in the bank's app, credited", async ({ page, open, signIn, javaScriptEnabled }, info) => {
  const { card } = payers[info.project.name];
  await signIn({ card });
  await open("/payments/top-up");
  await typeSum(page, "77");
  await page.getByLabel(/СБП/).check();
  await payButton(page).click();
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  await expect(heading(page)).toHaveText("Ждём оплату");
  const square = page.getByRole("img", { name: "QR-код для оплаты" });
  await expect(square).toBeVisible();
  // It is a picture that has come, not a broken one.
  const answer = await page.request.get(await square.getAttribute("src"));
  expect(answer.headers()["content-type"]).toContain("image/svg+xml");
  expect(await answer.text()).toContain("<path");
  if (javaScriptEnabled) {
    expect(await square.evaluate((image) => image.naturalWidth)).toBeGreaterThan(0);
    await audit(page, "a payment by a square");
  }
  const own = page.url();
  await toBank(page).click();
  await expect(page).toHaveURL(new RegExp(`^${SANDBOX}/pay/`));
  await page.getByRole("button", { name: /Оплатить через СБП/ }).click();
  await page.goto(own);
  await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
  await expect(square).toHaveCount(0);
  // A page made a moment earlier asks for a picture that is empty, not broken.
  const late = await page.request.get(`${own}/square.svg`);
  expect(late.status()).toBe(200);
  expect(await late.text()).not.toContain("<path");
});

test("somebody pays for a card by a square without signing in", async ({ page, open, javaScriptEnabled }, info) => {
  const { card } = payers[info.project.name];
  await open("/pay");
  await page.locator("#card").fill(card);
  await page.getByRole("button", { name: "Продолжить" }).click();
  await typeSum(page, "15");
  await page.getByLabel(/СБП/).check();
  await page.getByLabel("Почта для чека").fill("guest@mail.example");
  await payButton(page).click();
  await expect(page).toHaveURL(/\/pay\/result\//);
  await expect(heading(page)).toHaveText("Ждём оплату");
  await expect(page.getByRole("img", { name: "QR-код для оплаты" })).toBeVisible();
  if (javaScriptEnabled) await audit(page, "pay, a square");
  // A phone beside it scans and pays; the page looks again by itself, with scripts and without.
  const phone = await page.context().newPage();
  await phone.goto(await toBank(page).getAttribute("href"));
  await phone.getByRole("button", { name: /Оплатить через СБП/ }).click();
  await expect(heading(page)).toHaveText("Деньги зачислены", { timeout: 40_000 });
});
