// The test function of this folder: fails a test on any trouble in the browser, and knows how to
// sign in, to wait for hydration and to pay in the sandbox.
import { test as base, expect } from "@playwright/test";
import { SANDBOX } from "./demo.mjs";
import { PASSWORD } from "./people.mjs";

export { expect };

// A page that is left while it loads has its requests aborted: that is how browsers work.
const ABORTED = /net::ERR_ABORTED/;
// The browser reports a document with an error status in the console; tests check such statuses.
const DOCUMENT_STATUS = /Failed to load resource: the server responded with a status of (404|410)/;

/** Runs before the page's own scripts: notes when the router has begun to listen. */
export function noteHydration() {
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (type === "popstate") window.hydrated = true;
    return listen.call(this, type, ...rest);
  };
}

/** Waits until the browser's module has taken the page over; plain pages have none. */
export async function hydrated(page) {
  if ((await page.locator('script[type="module"]').count()) === 0) return;
  await page.waitForFunction(() => window.hydrated);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))));
}

export const test = base.extend({
  /** What went wrong in the browser. */
  trouble: [
    async ({ context, javaScriptEnabled }, use) => {
      const found = [];
      const wrongDocuments = new Set();
      if (javaScriptEnabled) await context.addInitScript(noteHydration);
      context.on("response", (response) => {
        if (response.status() >= 400 && response.request().isNavigationRequest()) {
          wrongDocuments.add(response.url());
        }
      });
      context.on("console", (message) => {
        if (!["error", "warning"].includes(message.type())) return;
        const { url } = message.location();
        if (DOCUMENT_STATUS.test(message.text()) && wrongDocuments.has(url)) return;
        found.push(`console ${message.type()}: ${message.text()} (page ${message.page()?.url()})`);
      });
      context.on("weberror", (error) => found.push(`page error: ${error.error()}`));
      context.on("requestfailed", (request) => {
        const why = request.failure()?.errorText ?? "";
        if (!ABORTED.test(why)) found.push(`request failed: ${request.url()} ${why}`);
      });
      await use(found);
      expect(found, "trouble in the browser").toEqual([]);
    },
    { auto: true },
  ],

  /** Opens a page and waits for hydration. Returns the answer. */
  open: async ({ page, javaScriptEnabled }, use) => {
    await use(async (path) => {
      const answer = await page.goto(path);
      if (javaScriptEnabled) await hydrated(page);
      return answer;
    });
  },

  /** Signs a demo person in. One real sign-in per worker and person, then its cookies. */
  signIn: async ({ page, context }, use) => {
    await use(async ({ card }) => {
      if (!sessions.has(card)) {
        await fillSignIn(page, card, PASSWORD);
        await expect(page).toHaveURL("/home");
        sessions.set(card, await context.cookies());
      } else {
        await context.addCookies(sessions.get(card));
      }
    });
  },
});

const sessions = new Map();

/** Sends the form of the sign-in page. */
export async function fillSignIn(page, login, password, path = "/login") {
  await page.goto(path);
  await page.getByLabel("Номер карты, телефон или почта").fill(login);
  await page.getByLabel("Пароль", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Войти", exact: true }).click();
}

/** The button that sends the top-up form. */
export const payButton = (page) => page.getByRole("button", { name: /^Оплатить/ });

/** Chooses "another sum" and types it. */
export async function typeSum(page, text) {
  await page.locator("label.c-sum[data-other]").click();
  await page.getByLabel("Оплатить другую сумму").fill(text);
}

export const GOOD_CARD = "5555 5555 5555 4444";
export const EMPTY_CARD = "5555 5555 5555 4600";

/** Types a card on the sandbox's page and pays. */
export async function fillCard(page, number) {
  await expect(page).toHaveURL(new RegExp(`^${SANDBOX}/pay/`));
  await page.getByLabel("Номер карты").fill(number);
  await page.getByLabel("ММ/ГГ").fill("09/29");
  await page.getByLabel("CVC").fill("123");
  await page.getByRole("button", { name: /^Оплатить/ }).click();
}

/** Pays on the sandbox's page and is back at the payment. */
export async function payInSandbox(page, number) {
  await fillCard(page, number);
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
}

/** The payment's heading, once the page has caught up. Without scripts the page reloads itself. */
export async function paymentEndsAs(page, javaScriptEnabled, title) {
  const heading = page.getByRole("heading", { level: 1 });
  if (javaScriptEnabled) {
    await expect(heading).toHaveText(title, { timeout: 30_000 });
    return;
  }
  await expect(async () => {
    await page.reload();
    await expect(heading).toHaveText(title, { timeout: 500 });
  }).toPass({ timeout: 30_000, intervals: [500] });
}

/** Payments that the acquirer knows, of one sum such as `411.00`. */
export async function acquirerPayments(sum) {
  const answer = await fetch(`${SANDBOX}/control/payments`);
  return (await answer.json()).filter((payment) => payment.amount.value === sum);
}

/** What a field of a card shows: the script groups digits, whatever else was typed stays as it was. */
export const shownCard = (typed, javaScriptEnabled) =>
  javaScriptEnabled && /^[\d\s-]*$/.test(typed) ? typed.replace(/\D/g, "").replace(/(.{4})(?=.)/g, "$1 ") : typed;
