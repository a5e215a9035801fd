import { people } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { expect, test } from "../support/test.mjs";

const main = (page) => page.getByRole("main");
const rows = (page) => main(page).locator(".c-op");

test("expenses by month and by direction, all of it in the address", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.active);
  await open("/home");
  await page.getByRole("link", { name: "Все расходы" }).click();
  await expect(page).toHaveURL("/expenses");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Расходы");

  // The chart says in words and as a table what its bars say.
  const chart = page.getByRole("figure");
  await expect(chart.locator("figcaption")).toContainText(/^В [а-я]+ (пока )?\d/);
  await expect(chart.getByRole("link")).toHaveCount(12);
  await chart.getByText("Показать таблицей").click();
  await expect(chart.getByRole("row")).toHaveCount(13);
  if (javaScriptEnabled) await audit(page, "expenses");

  await page.getByRole("link", { name: "Пополнения", exact: true }).click();
  await expect(page).toHaveURL("/expenses?show=in#list");
  await expect(page.getByRole("region", { name: /^Пополнения: \d/ })).toBeVisible();
  await expect(rows(page).first()).toContainText("+");
  await expect(main(page).locator(".c-op[data-kind=out]")).toHaveCount(0);
  await page.getByRole("link", { name: "Списания", exact: true }).click();
  await expect(page).toHaveURL("/expenses?show=out#list");
  await expect(main(page).locator(".c-op[data-kind=in]")).toHaveCount(0);

  // A month keeps the direction; Back brings all of it back.
  await chart.getByRole("link").nth(10).click();
  await expect(page).toHaveURL(/\/expenses\?month=\d{4}-\d{2}&show=out#list$/);
  await expect(chart.getByRole("link").nth(10)).toHaveAttribute("aria-current", "true");
  await page.goBack();
  await expect(page).toHaveURL("/expenses?show=out#list");
  await page.goForward();
  await page.getByRole("link", { name: /показать за всё время/ }).click();
  await expect(page).toHaveURL("/expenses?show=out#list");

  // Each charge says why it happened.
  await rows(page).first().getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Операция");
  await expect(main(page)).toContainText("Тариф списывается за период вперёд");
  await expect(main(page)).toContainText(/За какие дни\s*с \d+/);
  if (javaScriptEnabled) await audit(page, "an operation");

  // What nobody can mean shows what there is.
  await page.goto("/expenses?month=2026-13&show=all&before=first");
  await expect(rows(page).first()).toBeVisible();
  await page.goto("/expenses?month=2001-01");
  await expect(main(page)).toContainText("Таких операций нет");
  if (javaScriptEnabled) await audit(page, "expenses, none found");
});

test("the chart is walked through by keyboard", async ({ page, open, signIn, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "links are links with or without it");
  await signIn(people.active);
  await open("/expenses");
  const bars = page.getByRole("figure").getByRole("link");
  await bars.first().focus();
  await page.keyboard.press("Tab");
  await expect(bars.nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/month=/);
});
