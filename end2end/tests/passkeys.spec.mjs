import { audit } from "../support/audit.mjs";
import { people, PASSWORD } from "../support/people.mjs";
import { expect, fillSignIn, test } from "../support/test.mjs";

/** An authenticator inside the browser that says yes to everything, as the system's window would. */
async function authenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { session, authenticatorId };
}

test("a passkey is added, named, used from the page and from the field, and removed", async ({ page, open, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "passkeys are a script's work; the password does without");
  test.setTimeout(120_000);
  const main = page.getByRole("main");
  const button = (name) => page.getByRole("button", { name });
  await fillSignIn(page, people.yearly.card, PASSWORD);
  await expect(page).toHaveURL("/home");
  const { session, authenticatorId } = await authenticator(page);

  await open("/profile/security/passkey");
  await audit(page, "new passkey");
  await button("Добавить ключ доступа").click();
  await expect(page.getByRole("status")).toContainText("Ключ доступа добавлен");
  const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
  expect(credentials).toHaveLength(1);
  expect(credentials[0].isResidentCredential).toBe(true);

  await main.getByRole("link", { name: /Chrome, Linux/ }).first().click();
  await audit(page, "one passkey");
  await page.getByLabel("Название").fill("  ");
  await button("Сохранить").click();
  await expect(page.locator(".c-summary")).toContainText("Введите название");
  await page.getByLabel("Название").fill("Телефон на даче");
  await button("Сохранить").click();
  await expect(main).toContainText("Телефон на даче");

  // The sign-in page offers it from the login field by itself; the authenticator here says yes at once.
  const fromField = await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable());
  await page.context().clearCookies({ name: "__Host-session" });
  await page.goto("/login?next=%2Fprofile%2Fsecurity", { waitUntil: "commit" });
  if (!fromField) await button("Войти с ключом доступа").click();
  await expect(page).toHaveURL("/profile/security");
  await expect(main).toContainText("Последний вход");

  await main.getByRole("link", { name: /Телефон на даче/ }).click();
  await button("Удалить ключ «Телефон на даче»").click();
  await expect(page.getByRole("status")).toContainText("Ключ доступа удалён");

  // The authenticator still has it, the cabinet does not know it any more.
  await page.context().clearCookies({ name: "__Host-session" });
  await page.goto("/login", { waitUntil: "commit" });
  if (!fromField) await button("Войти с ключом доступа").click();
  await expect(page.locator(".c-summary")).toContainText("Ключ доступа не подошёл");
});

test("without scripts the page says that the password does", async ({ page, open, javaScriptEnabled, signIn }) => {
  test.skip(javaScriptEnabled, "with scripts there is the button");
  await signIn(people.yearly);
  await open("/profile/security");
  await page.getByRole("link", { name: "Добавить ключ доступа" }).click();
  const confirm = page.getByLabel("Пароль", { exact: true });
  if (await confirm.isVisible()) {
    await confirm.fill(PASSWORD);
    await page.getByRole("button", { name: "Продолжить" }).click();
  }
  await expect(page.getByRole("main")).toContainText("не умеет ключи доступа");
});

test("whoever comes in with a password is asked about a passkey once", async ({ page, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "passkeys are a script's work; the password does without");
  await page.goto("/login");
  await authenticator(page);
  await fillSignIn(page, people.soon.card, PASSWORD, "/login?next=%2Fexpenses");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Входить без пароля?");
  await audit(page, "passkey offered");
  await page.getByRole("link", { name: "Не сейчас" }).click();
  await expect(page).toHaveURL("/expenses");
  await page.context().clearCookies({ name: "__Host-session" });
  await fillSignIn(page, people.soon.card, PASSWORD);
  await expect(page).toHaveURL("/home");
});
