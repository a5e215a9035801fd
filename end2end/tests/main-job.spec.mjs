import { newcomers } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import {
  expect, fillSignIn, GOOD_CARD, payButton, payInSandbox, paymentEndsAs, test,
} from "../support/test.mjs";

test("from a card in hand to working television and back in", async ({ page, open, javaScriptEnabled }, info) => {
  test.setTimeout(120_000);
  const { card, contract } = newcomers[info.project.name];
  const email = `main-job-${info.project.name}@mail.example`;
  const heading = page.getByRole("heading", { level: 1 });
  // Pages that only this way leads to are audited here.
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);

  await test.step("registers", async () => {
    await open("/login");
    await page.getByRole("link", { name: /Создать кабинет/ }).click();
    await page.getByLabel("Номер карты").fill(card);
    await page.getByRole("button", { name: "Продолжить" }).click();
    await expect(heading).toHaveText("Договор и связь");
    await page.getByLabel("Номер договора").fill(contract);
    await page.getByLabel("Почта", { exact: true }).fill(email);
    await page.getByLabel("условия пользования кабинетом").check();
    await page.getByLabel("обработку персональных данных").check();
    await page.getByRole("button", { name: "Создать кабинет" }).click();
    await expect(heading).toHaveText("Откройте письмо");
    await look("register, check");
  });

  const [link, password] = await test.step("opens the cabinet by the letter's link", async () => {
    await open("/dev/mailbox");
    await look("mailbox with letters");
    const letter = page.getByRole("article").filter({ hasText: email });
    const address = await letter.getByRole("link", { name: /\/activate\// }).getAttribute("href");
    await open(address);
    await expect(heading).toHaveText("Осталось выбрать пароль");
    await look("activation");
    const offered = await page.getByLabel("Предложенный пароль").inputValue();
    await page.getByRole("button", { name: "Войти в кабинет" }).click();
    await expect(page).toHaveURL("/home");
    await expect(page.locator(".c-chip")).toHaveText("Приостановлено");
    return [address, offered];
  });

  await test.step("tops up by what is missing", async () => {
    await open("/payments/top-up");
    if (javaScriptEnabled) await expect(payButton(page)).toHaveText("Оплатить 140 ₽");
    await payButton(page).click();
    await payInSandbox(page, GOOD_CARD);
    await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
    await page.locator("main a[href^='/receipts/']").click();
    await expect(heading).toHaveText("Чек");
    // The tax service takes some seconds.
    await expect(async () => {
      await page.reload();
      await expect(page.locator(".c-receipt")).toContainText("Пополнение лицевого счёта", { timeout: 500 });
    }).toPass({ timeout: 40_000 });
    await expect(page.locator(".c-receipt")).toContainText(/1 шт × 140,00\s₽ = 140,00\s₽/);
    await page.getByRole("link", { name: "К платежу" }).click();
    await expect(heading).toHaveText("Платёж прошёл");
  });

  await test.step("sees the money everywhere", async () => {
    await open("/home");
    await expect(page.locator(".c-chip")).toHaveText("Работает");
    await open("/expenses");
    await expect(page.getByRole("main")).toContainText("Списание по тарифу");
    await expect(page.getByRole("main")).toContainText("+140");
    await open("/messages");
    await expect(page.getByRole("main")).toContainText("Зачислено");
    await open("/payments");
    await expect(page.getByRole("listitem").filter({ hasText: "140" })).toContainText("зачислен");
  });

  await test.step("leaves and comes back with the card and the password", async () => {
    await open("/menu");
    await page.getByRole("button", { name: "Выйти" }).click();
    await expect(page).toHaveURL("/login");
    await fillSignIn(page, card, password);
    await expect(page).toHaveURL("/home");
    await expect(page.locator(".c-chip")).toHaveText("Работает");
  });

  await test.step("the link does not work twice", async () => {
    const answer = await open(link);
    expect(answer.status()).toBe(410);
    await expect(heading).toHaveText("Ссылка уже сработала");
    await look("used link");
  });
});
