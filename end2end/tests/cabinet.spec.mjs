import { people } from "../support/people.mjs";
import { expect, payButton, test, typeSum } from "../support/test.mjs";

test("sections open one from another, and Back works", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.active);
  await open("/home");
  // With the browser's module the sections open without loading a document anew.
  if (javaScriptEnabled) await page.evaluate(() => (window.sameDocument = true));
  const sections = page.getByRole("navigation", { name: "Разделы" });
  for (const [link, path, title] of [
    ["Платежи", "/payments", "Платежи"],
    ["Тариф", "/tariff", "Мой тариф"],
    ["Сообщения", "/messages", "Сообщения"],
    ["Главная", "/home", "Главная"],
  ]) {
    const item = sections.getByRole("link", { name: new RegExp(`^${link}`) });
    await item.click();
    await expect(page).toHaveURL(path);
    await expect(page).toHaveTitle(new RegExp(`^${title}`));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(sections.locator('[aria-current="page"]').locator("visible=true")).toHaveText(new RegExp(link));
  }
  if (javaScriptEnabled) expect(await page.evaluate(() => window.sameDocument)).toBe(true);
  await page.goBack();
  await expect(page).toHaveURL("/messages");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Сообщения");
});

test("the pay button names the sum that is chosen", async ({ page, open, signIn, javaScriptEnabled }) => {
  await signIn(people.suspended);
  await open("/payments/top-up");
  if (!javaScriptEnabled) {
    // What cannot follow the choice promises nothing.
    await expect(payButton(page)).toHaveText("Оплатить");
    return;
  }
  await expect(payButton(page)).toHaveText("Оплатить 140 ₽");
  await expect(page.getByRole("main")).toContainText("Телевидение включится сразу");
  await typeSum(page, "390,50");
  await expect(payButton(page)).toHaveText("Оплатить 390,50 ₽");
  await page.getByLabel("Оплатить другую сумму").fill("20");
  await expect(page.getByRole("main")).toContainText("Этого не хватит, чтобы включить телевидение");
});

test("a message is read once it was opened", async ({ page, open, signIn }) => {
  await signIn(people.promise);
  await open("/messages");
  await page.locator("main a.c-msg").first().click();
  await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "Все сообщения" }).click();
  await expect(page).toHaveURL("/messages");
  await expect(page.locator("main a.c-msg").first()).toHaveAttribute("data-state", "read");
});

test("the card in view can be changed", async ({ page, open, signIn }) => {
  await signIn(people.cards);
  for (const [now, next] of [["Дом", "Дача"], ["Дача", "Дом"]]) {
    await open("/home");
    const switcher = page.locator(".c-switcher");
    await expect(switcher.locator("summary")).toContainText(now);
    await switcher.locator("summary").click();
    await switcher.getByRole("button", { name: next }).click();
    await expect(page).toHaveURL("/home");
    await expect(switcher.locator("summary")).toContainText(next);
  }
});
