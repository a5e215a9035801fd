import { readFile } from "node:fs/promises";
import { people } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { expect, test } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const heading = (page) => page.getByRole("heading", { level: 1 });

/** Follows a link that gives a file; its name and bytes. */
async function file(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return [download.suggestedFilename(), await readFile(await download.path())];
}

test("receipts are listed, shown, printed, kept and sent again", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.active);
  await open("/payments");
  await page.getByRole("link", { name: "Чеки", exact: true }).click();
  await expect(heading(page)).toHaveText("Чеки");
  await expect(main(page)).toContainText("Пополнение");
  if (javaScriptEnabled) await audit(page, "receipts");

  await main(page).locator("a[href^='/receipts/']").first().click();
  await expect(heading(page)).toHaveText("Чек");
  const receipt = page.locator(".c-receipt");
  for (const words of ["ИНН 9900000000", "Приход", "Аванс, платёж", "НДС 22/122", "№ ФН", "№ ФД", "ФПД"]) {
    await expect(receipt).toContainText(words);
  }
  await expect(receipt.getByRole("img", { name: /Код для проверки чека/ })).toBeVisible();
  if (javaScriptEnabled) await audit(page, "a receipt");

  // The page is also its own print: nothing of the cabinet around it.
  await page.emulateMedia({ media: "print" });
  await expect(receipt).toBeVisible();
  for (const hidden of [".c-topbar", ".c-nav", ".c-papers", ".l-actions", ".c-back"]) {
    await expect(page.locator(hidden).first()).toBeHidden();
  }
  await page.emulateMedia({ media: "screen" });

  const [name, pdf] = await file(page, page.getByRole("link", { name: "Скачать PDF" }));
  expect(name).toMatch(/^receipt-\d+\.pdf$/);
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");

  await page.getByRole("link", { name: "Кассовая лента, 80 мм" }).click();
  await expect(page.getByRole("link", { name: "Кассовая лента, 80 мм" })).toHaveAttribute("aria-current", "true");
  const [, tape] = await file(page, page.getByRole("link", { name: "Скачать PDF" }));
  expect(tape.subarray(0, 5).toString()).toBe("%PDF-");
  expect(tape.equals(pdf)).toBe(false);

  await page.getByRole("button", { name: "Отправить на почту" }).click();
  await expect(main(page)).toContainText(/Отправили на d•+@mail\.example/);
  // The paper that was chosen stays.
  await expect(page.getByRole("link", { name: "Кассовая лента, 80 мм" })).toHaveAttribute("aria-current", "true");
  if (javaScriptEnabled) await audit(page, "a receipt, sent");
});

test("somebody else's receipt is not there, nor its file", async ({ page, open, signIn, context }, info) => {
  test.skip(info.project.name !== "desktop-nojs", "the answer is the same for every browser");
  await signIn(people.active);
  await open("/receipts");
  const address = await main(page).locator("a[href^='/receipts/']").first().getAttribute("href");
  await context.clearCookies();
  await signIn(people.yearly);
  for (const path of [address, `${address}/pdf`, "/receipts/no-such", "/receipts?before=no-such"]) {
    const answer = await page.request.get(path);
    expect(answer.status(), path).toBe(404);
  }
});
