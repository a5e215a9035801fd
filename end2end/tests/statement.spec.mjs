import { readFile } from "node:fs/promises";
import { people } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { expect, test } from "../support/test.mjs";

const main = (page) => page.getByRole("main");

test("a statement of some days, on the page and as a table", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.soon);
  await open("/expenses");
  await page.getByRole("link", { name: "Выписка за выбранные дни" }).click();
  await expect(page).toHaveURL("/expenses/statement");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Выписка");

  await page.goto("/expenses/statement?from=31.02.2026&to=вчера");
  await expect(page.locator(".c-summary")).toContainText("Введите день, например 01.11.2026");
  await expect(page).toHaveTitle(/^Ошибка: /);
  await expect(page.getByLabel("С какого дня")).toHaveValue("31.02.2026");
  if (javaScriptEnabled) await audit(page, "a statement, refused");

  const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  await page.goto(`/expenses/statement?from=${day(-60)}&to=${day(1)}`);
  for (const words of [/Было на счёте\s*0\s₽/, /Пришло\s*408\s₽/, /Ушло\s*399\s₽/, /Осталось\s*9\s₽/]) {
    await expect(main(page)).toContainText(words);
  }
  if (javaScriptEnabled) await audit(page, "a statement");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Скачать таблицей" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^statement-2041008763-.*\.csv$/);
  const table = await readFile(await download.path(), "utf8");
  expect(table).toContain("Пополнение;•• 7730;408,00;408,00");
  expect(table).toContain("Осталось;9,00");
  const [document] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Скачать PDF" }).click(),
  ]);
  expect(document.suggestedFilename()).toMatch(/^statement-2041008763-.*\.pdf$/);
  expect((await readFile(await document.path())).subarray(0, 5).toString()).toBe("%PDF-");
});
