// What was not spent goes back: asked for, taken back, refused, agreed to.
import { audit } from "../support/audit.mjs";
import { enter } from "../support/office.mjs";
import { refunded } from "../support/people.mjs";
import { expect, GOOD_CARD, payButton, paymentEndsAs, payInSandbox, test, typeSum } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const heading = (page) => page.getByRole("heading", { level: 1 });
const button = (page, name) => page.getByRole("button", { name });

test("money is asked back, the staff decide, and it goes to its card", async ({ page, browser, open, signIn, javaScriptEnabled }, info) => {
  test.setTimeout(240_000);
  const { card, accountant } = refunded[info.project.name];
  // Sums of its own for each project: the queue is everybody's.
  const own = Object.keys(refunded).indexOf(info.project.name) + 1;
  const look = (who, name) => (javaScriptEnabled ? audit(who, name) : undefined);
  await signIn({ card });

  await test.step("nothing came by card yet", async () => {
    await open("/expenses");
    await main(page).getByRole("link", { name: "Вернуть деньги" }).click();
    await expect(heading(page)).toHaveText("Вернуть деньги");
    await expect(main(page)).toContainText("Возвращать сейчас нечего");
    await look(page, "refund, nothing");
  });

  await test.step("a top-up", async () => {
    await open("/payments/top-up");
    await typeSum(page, "300");
    await payButton(page).click();
    await payInSandbox(page, GOOD_CARD);
    await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
  });

  const ask = async (sum) => {
    await page.goto("/refunds/new");
    await expect(page.getByLabel("Сколько вернуть")).toHaveValue(/^\d+(,\d\d)?$/);
    await page.getByLabel("Сколько вернуть").fill(sum);
    await button(page, "Запросить возврат").click();
  };

  await test.step("a wrong sum keeps what was typed", async () => {
    await ask("300,01");
    await expect(page.locator(".c-summary")).toContainText("От 1\u00a0₽ до 300\u00a0₽");
    await expect(page.getByLabel("Сколько вернуть")).toHaveValue("300,01");
    await expect(main(page)).toContainText(/Карта\s••\s4444/);
    await look(page, "refund, refused");
  });

  await test.step("asked for and taken back", async () => {
    await ask(" 1 00 ");
    await expect(page).toHaveURL(/\/refunds\/[0-9a-f-]{36}$/);
    await expect(heading(page)).toHaveText("Заявка на возврат: проверяем");
    await look(page, "refund, being checked");
    // Another tab finds the same.
    const here = page.url();
    await page.goto("/refunds/new");
    await expect(heading(page)).toHaveText("Заявка на возврат: проверяем");
    await page.goto(here);
    await button(page, "Отозвать заявку").click();
    await expect(heading(page)).toHaveText("Заявка на возврат отозвана");
    await expect(button(page, "Отозвать заявку")).toHaveCount(0);
  });

  const staff = await (await browser.newContext({ javaScriptEnabled, viewport: info.project.use.viewport, locale: "ru-RU" })).newPage();
  const decide = async (sum) => {
    await staff.goto("/staff/refunds");
    await staff.getByRole("link", { name: new RegExp(sum) }).click();
    await expect(heading(staff)).toHaveText("Возврат");
  };
  await enter(staff, "staff", accountant);
  await look(staff, "/staff of an accountant");

  await test.step("refused with a reason", async () => {
    await ask(`10${own},50`);
    await decide(`10${own},50`);
    await look(staff, "/staff/refunds, one");
    await button(staff, "Отказать в возврате").click();
    await expect(staff.locator(".c-summary")).toContainText("Напишите причину");
    await staff.getByLabel("Причина отказа").fill("Нужно заявление");
    await button(staff, "Отказать в возврате").click();
    await expect(main(staff)).toContainText("В возврате отказано");
    await look(staff, "/staff/refunds");
    await page.reload();
    await expect(heading(page)).toHaveText("В возврате отказано");
    await expect(main(page)).toContainText("Причина: Нужно заявление");
  });

  await test.step("agreed to", async () => {
    await ask(`20${own},50`);
    await decide(`20${own},50`);
    await button(staff, "Вернуть деньги").click();
    await expect(main(staff)).toContainText("Возврат разрешён");
    await expect(async () => {
      await page.reload();
      await expect(main(page)).toContainText("отправлено", { timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
    await expect(heading(page)).toHaveText("Деньги за возврат отправлены");
    await look(page, "refund, sent");
  });

  await test.step("its trace", async () => {
    await page.goto("/receipts");
    await main(page).getByRole("link", { name: /Возврат денег/ }).first().click();
    await expect(async () => {
      await page.reload();
      await expect(page.locator(".c-receipt")).toContainText("Возврат прихода", { timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await page.goto("/expenses");
    await main(page).getByRole("link", { name: /Возврат денег/ }).first().click();
    await expect(main(page)).toContainText("Вы попросили вернуть деньги");
    await page.goto("/messages");
    await expect(main(page)).toContainText(/Отправили вам 20\d,50/);
  });
});
