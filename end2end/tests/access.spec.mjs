import { people } from "../support/people.mjs";
import { expect, test } from "../support/test.mjs";

test("the cabinet is only for those who are signed in", async ({ page }) => {
  for (const path of ["/home", "/payments", "/payments/top-up", "/expenses", "/messages", "/tariff", "/menu", "/profile", "/profile/security", "/profile/contacts", "/profile/access-cards", "/profile/data", "/profile/delete"]) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login?next=${encodeURIComponent(path)}`);
  }
});

test("somebody else's payment is not there", async ({ page, context, open, signIn }) => {
  await signIn(people.active);
  await open("/payments");
  const link = page.locator('main .c-op a[href^="/payments/"]').first();
  const path = await link.getAttribute("href");
  expect((await open(path)).status()).toBe(200);
  await context.clearCookies();
  await signIn(people.soon);
  const answer = await open(path);
  expect(answer.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Такой страницы нет");
});

test("an unknown address is a calm dead end", async ({ page, open, signIn }) => {
  await signIn(people.soon);
  for (const path of ["/payments/unknown", "/messages/unknown", "/no-such-page"]) {
    const answer = await open(path);
    expect(answer.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Такой страницы нет");
  }
});
