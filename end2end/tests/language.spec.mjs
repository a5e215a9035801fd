import { newcomers, people } from "../support/people.mjs";
import { expect, shownCard, test } from "../support/test.mjs";

for (const [where, path, person, ru, en] of [
  ["a public page", "/login", null, "Вход в кабинет", "Sign in"],
  ["the cabinet", "/payments", people.active, "Платежи", "Payments"],
]) {
  test(`the footer of ${where} switches the language and back`, async ({ page, open, signIn }) => {
    if (person) await signIn(person);
    await open(path);
    const html = page.locator("html");
    const heading = page.getByRole("heading", { level: 1 });
    await expect(html).toHaveAttribute("lang", "ru");
    await expect(heading).toHaveText(ru);
    await page.getByRole("button", { name: "English" }).click();
    await expect(page).toHaveURL(path);
    await expect(html).toHaveAttribute("lang", "en");
    await expect(heading).toHaveText(en);
    await page.getByRole("button", { name: "Русский" }).click();
    await expect(page).toHaveURL(path);
    await expect(html).toHaveAttribute("lang", "ru");
    await expect(heading).toHaveText(ru);
  });
}

test("a half-filled registration speaks the other language and keeps every word", async ({ page, open, javaScriptEnabled }, info) => {
  const card = newcomers[info.project.name].card;
  await open("/register");
  await page.locator("#card").fill(card);
  await page.getByRole("button", { name: "English" }).click();
  const number = page.locator("#card");
  await expect(number).toHaveValue(shownCard(card, javaScriptEnabled));
  await number.press("Enter");
  await expect(page).toHaveURL(/\/register\/details\?r=/);
  await page.locator("#contract").fill("204100");
  await page.locator("#email").fill("masha@");
  await page.locator("[name=terms]").check();
  // Refused: what was wrong is said in the other language too.
  await page.getByRole("button", { name: "Create a cabinet" }).click();
  await expect(page.locator(".c-summary")).toBeVisible();
  await page.locator("#email").fill("masha@orion");
  await page.getByRole("button", { name: "Русский" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await expect(page.locator("#contract")).toHaveValue("204100");
  await expect(page.locator("#email")).toHaveValue("masha@orion");
  await expect(page.locator("[name=terms]")).toBeChecked();
  await expect(page.locator(".c-summary")).toContainText("В номере договора 10 цифр");
});

test("the door keeps the login, and never the password, when the language changes", async ({ page, open }) => {
  await open("/login");
  await page.locator("#login").fill("0207 2340");
  await page.locator("#password").fill("secret-of-mine");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator("#login")).toHaveValue("0207 2340");
  await expect(page.locator("#password")).toHaveValue("");
});
