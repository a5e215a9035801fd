import { people } from "../support/people.mjs";
import { expect, test } from "../support/test.mjs";

test("without a connection home says of when it is, and starts no payment", async ({ page, context, open, signIn, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "a page without scripts cannot notice");
  await signIn(people.active);
  await open("/home");
  const banner = page.getByRole("status").filter({ hasText: "Нет связи" });
  await expect(banner).toHaveCount(0);

  await context.setOffline(true);
  await expect(banner).toContainText(/Нет связи\. Данные на \d+ \S+, \d\d:\d\d/);
  await expect(banner.getByRole("link", { name: "Позвонить" })).toHaveAttribute("href", /^tel:/);
  const shown = await page.locator(".c-balance .c-chip").evaluate((chip) => getComputedStyle(chip, "::after").content);
  expect(shown).toBe('"Нет связи"');
  await page.getByRole("link", { name: "Пополнить", exact: true }).first().click();
  await expect(banner).toContainText("Нет связи — платёж не начат");
  await expect(page).toHaveURL("/home");

  await context.setOffline(false);
  await expect(banner).toHaveCount(0);
  await expect(page.locator("html")).not.toHaveAttribute("data-offline");
});

test("without a connection the top-up form is not sent and keeps the sum", async ({ page, context, open, signIn, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "a page without scripts cannot notice");
  await signIn(people.active);
  await open("/payments/top-up");
  await page.locator("label.c-sum[data-other]").click();
  await page.getByLabel("Оплатить другую сумму").fill("777");
  await context.setOffline(true);
  await page.getByRole("button", { name: /^Оплатить/ }).click();
  await expect(page.getByRole("status").filter({ hasText: "платёж не начат" })).toBeVisible();
  await expect(page).toHaveURL("/payments/top-up");
  await expect(page.getByLabel("Оплатить другую сумму")).toHaveValue("777");
  await context.setOffline(false);
  await expect(page.getByRole("button", { name: "Оплатить 777 ₽" })).not.toHaveAttribute("aria-busy", "true");
});
