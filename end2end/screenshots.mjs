// Saves every page at three widths, light and dark: screenshots/<page>-<person>-<width>-<scheme>.png
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { browserArgs, executablePath } from "./support/browser.mjs";
import { CABINET, startDemo } from "./support/demo.mjs";
import { newcomers, PASSWORD, people } from "./support/people.mjs";
import { fillSignIn, hydrated, noteHydration } from "./support/test.mjs";

const out = join(dirname(fileURLToPath(import.meta.url)), "screenshots");
const WIDTHS = { 360: 740, 768: 1024, 1280: 800 };
const CABINET_PAGES = {
  home: "/home",
  payments: "/payments",
  "top-up": "/payments/top-up",
  promised: "/payments/promised",
  voucher: "/payments/voucher",
  expenses: "/expenses",
  statement: "/expenses/statement",
  receipts: "/receipts",
  messages: "/messages",
  tariff: "/tariff",
  menu: "/menu",
  profile: "/profile",
  contacts: "/profile/contacts",
  "new-email": "/profile/contacts/email",
  security: "/profile/security",
  "new-password": "/profile/security/password",
  "new-passkey": "/profile/security/passkey",
  "access-cards": "/profile/access-cards",
  "add-contract": "/profile/access-cards/add",
  data: "/profile/data",
  delete: "/profile/delete",
  confirm: "/profile/confirm",
};
const PUBLIC_PAGES = {
  login: "/login",
  register: "/register",
  "forgot-password": "/forgot-password",
  "access-help": "/access-help",
  help: "/help",
  terms: "/legal/terms",
  "personal-data": "/legal/personal-data",
  "wrong-link": "/activate/no-such-token",
  "other-browser": "/register/details?r=00000000-0000-4000-8000-000000000000",
  "other-browser-code": "/login/code?c=00000000-0000-4000-8000-000000000000",
  "not-found": "/no-such-page",
  gallery: "/_gallery",
};

let saved = 0;

/** The page that is open now, at every width and in both schemes. */
async function shoot(page, name, person) {
  for (const [width, height] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width: Number(width), height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const file = `${name}-${person}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(out, file), fullPage: true, animations: "disabled" });
      saved += 1;
    }
  }
}

async function open(page, path) {
  await page.goto(path);
  await hydrated(page);
}

async function guest(page) {
  for (const [name, path] of Object.entries(PUBLIC_PAGES)) {
    await open(page, path);
    await shoot(page, name, "guest");
  }
  await fillSignIn(page, people.active.card, "not-the-password-1");
  await shoot(page, "login-error", "guest");
}

async function newcomer(page) {
  const { card, contract } = newcomers["phone-js"];
  const email = "screenshots@mail.example";
  await open(page, "/register");
  await page.getByLabel("Номер карты").fill("12");
  await page.getByRole("button", { name: "Продолжить" }).click();
  await shoot(page, "register-error", "newcomer");
  await page.getByLabel("Номер карты").fill(card);
  await page.getByRole("button", { name: "Продолжить" }).click();
  await page.waitForURL(/\/register\/details/);
  await shoot(page, "register-details", "newcomer");
  await page.getByRole("button", { name: "Создать кабинет" }).click();
  await page.locator(".c-summary").waitFor();
  await shoot(page, "register-details-error", "newcomer");
  await page.getByLabel("Номер договора").fill(contract);
  await page.getByLabel("Почта", { exact: true }).fill(email);
  await page.getByLabel("условия пользования кабинетом").check();
  await page.getByLabel("обработку персональных данных").check();
  await page.getByRole("button", { name: "Создать кабинет" }).click();
  await page.waitForURL(/\/register\/check/);
  await shoot(page, "register-check", "newcomer");
  await open(page, "/dev/mailbox");
  await shoot(page, "mailbox", "newcomer");
  const letter = page.getByRole("article").filter({ hasText: email });
  await open(page, await letter.getByRole("link", { name: /\/activate\// }).getAttribute("href"));
  await shoot(page, "activate", "newcomer");
}

async function subscriber(page, person) {
  await fillSignIn(page, people[person].card, PASSWORD);
  await page.waitForURL("/home");
  for (const [name, path] of Object.entries(CABINET_PAGES)) {
    await open(page, path);
    await shoot(page, name, person);
  }
  for (const [name, list, rows] of [["payment", "/payments", ".c-op "], ["message", "/messages", ""]]) {
    await open(page, list);
    const link = page.locator(`main ${rows}a[href^="${list}/"]`).first();
    if ((await link.count()) === 0) continue;
    await open(page, await link.getAttribute("href"));
    await shoot(page, name, person);
  }
  await open(page, "/payments/top-up");
  await page.locator("label.c-sum[data-other]").click();
  await page.getByRole("button", { name: /^Оплатить/ }).click();
  await page.locator(".c-summary").waitFor();
  await hydrated(page);
  await shoot(page, "top-up-error", person);
  await open(page, "/payments/unknown");
  await shoot(page, "unknown-payment", person);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const stop = await startDemo();
const browser = await chromium.launch({ executablePath, args: browserArgs });
try {
  const visits = [guest, newcomer, ...Object.keys(people).map((person) => (page) => subscriber(page, person))];
  for (const visit of visits) {
    const context = await browser.newContext({ baseURL: CABINET, locale: "ru-RU" });
    await context.addInitScript(noteHydration);
    await visit(await context.newPage());
    await context.close();
  }
  console.log(`${saved} screenshots in end2end/screenshots`);
} finally {
  await browser.close();
  await stop();
}
