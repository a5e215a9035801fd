import { people } from "../support/people.mjs";
import { audit } from "../support/audit.mjs";
import { EMPTY_CARD, expect, fillSignIn, payButton, payInSandbox, paymentEndsAs, test, typeSum } from "../support/test.mjs";

const PUBLIC = [
  "/login", "/register", "/forgot-password", "/access-help", "/help",
  "/legal/terms", "/legal/personal-data", "/legal/advertising", "/activate/no-such-token",
  "/no-such-page", "/dev/mailbox",
];

test("guest: public pages", async ({ page, open }) => {
  test.setTimeout(120_000);
  for (const path of PUBLIC) {
    await open(path);
    await audit(page, path);
  }
});

test("guest: the gallery", async ({ page, open }) => {
  await open("/_gallery");
  // It shows one card in many states: equal landmarks are what it is for.
  await audit(page, "gallery", ["landmark-unique"]);
});

test("guest: refused forms", async ({ page }) => {
  await fillSignIn(page, people.promise.card, "not-the-password-1");
  await audit(page, "refused sign-in");
  await page.goto("/register");
  await page.getByLabel("Номер карты").fill(people.active.card);
  await page.getByRole("button", { name: "Продолжить" }).click();
  await expect(page).toHaveURL(/\/register\/details/);
  await audit(page, "registration details");
  await page.getByRole("button", { name: "Создать кабинет" }).click();
  await expect(page.locator(".c-summary")).toBeVisible();
  await audit(page, "refused registration details");
});

test("two cards: pages of the cabinet", async ({ page, open, signIn }) => {
  await signIn(people.cards);
  for (const path of ["/expenses", "/messages", "/tariff", "/menu"]) {
    await open(path);
    await audit(page, path);
  }
});

for (const [name, person] of Object.entries(people)) {
  test(`${name}: what differs from state to state`, async ({ page, open, signIn }) => {
    await signIn(person);
    for (const path of ["/home", "/payments", "/payments/top-up", "/payments/promised", "/payments/voucher"]) {
      await open(path);
      await audit(page, `${name} ${path}`);
    }
  });
}

test("the profile", async ({ page, open, signIn }) => {
  await signIn(people.cards);
  for (const path of [
    "/profile", "/profile/contacts", "/profile/security", "/profile/security/password",
    "/profile/access-cards", "/profile/access-cards/add", "/profile/data", "/profile/confirm",
  ]) {
    await open(path);
    await audit(page, path);
  }
  await page.getByRole("button", { name: "Продолжить" }).click();
  await expect(page.locator(".c-summary")).toContainText("Введите пароль");
  await audit(page, "refused confirmation");
});

test("one payment, one message, refusals", async ({ page, open, signIn }) => {
  await signIn(people.active);
  for (const list of ["/payments", "/messages"]) {
    await open(list);
    const link = page.locator(`main a[href^="${list}/"]:not([href$="top-up"])`).first();
    await open(await link.getAttribute("href"));
    await audit(page, `one of ${list}`);
  }
  await open("/payments/unknown");
  await audit(page, "unknown payment");
  await open("/payments/top-up");
  await typeSum(page, "0");
  await payButton(page).click();
  await expect(page.locator(".c-summary")).toBeVisible();
  await audit(page, "refused top-up");
  await open("/payments/top-up");
  await payButton(page).click();
  await payInSandbox(page, EMPTY_CARD);
  await paymentEndsAs(page, true, "Платёж не прошёл");
  await audit(page, "declined payment");
});

test("a payment that is still open", async ({ page, open, signIn }) => {
  await signIn(people.pending);
  await open("/payments");
  await open(await page.locator('main .c-op a[href^="/payments/"]').first().getAttribute("href"));
  await audit(page, "open payment");
});
