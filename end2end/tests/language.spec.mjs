import { people } from "../support/people.mjs";
import { expect, test } from "../support/test.mjs";

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
