// A cabinet opened without the contract at hand, and a forgotten password by the letter's link.
import { audit } from "../support/audit.mjs";
import { newest } from "../support/mailbox.mjs";
import { forgetful } from "../support/people.mjs";
import { expect, fillSignIn, test } from "../support/test.mjs";

const FIRST = "корова-сено7";
const SECOND = "zima!kot4dom";
const OPENS = /Откройте личный кабинет/;
const RESETS = /попросил новый пароль/;

/** The link of the newest letter to an address, once it is another than those that came before. */
async function nextLink(page, email, fits, before = []) {
  let found;
  await expect(async () => {
    ({ link: found } = await newest(page, email, fits));
    expect(before, "a newer letter").not.toContain(found);
  }).toPass({ timeout: 20_000, intervals: [300] });
  return found;
}

test("without the contract at hand, with a mistyped address, and back in after a forgotten password", async ({ page, open, browser, javaScriptEnabled }, info) => {
  test.setTimeout(180_000);
  const { card, surname, phone } = forgetful[info.project.name];
  const email = `forgetful-${info.project.name}@mail.example`;
  const typedPhone = `8 (${phone.slice(0, 3)}) ${phone.slice(3)}`;
  const typo = `forgetful-${info.project.name}@mial.example`;
  const heading = page.getByRole("heading", { level: 1 });
  const summary = page.locator(".c-summary");
  const main = page.getByRole("main");
  const button = (name) => page.getByRole("button", { name, exact: true });
  const address = page.getByLabel("Почта", { exact: true });
  const look = (name) => (javaScriptEnabled ? audit(page, name) : undefined);
  const consent = async () => {
    await page.getByLabel("условия пользования кабинетом").check();
    await page.getByLabel("обработку персональных данных").check();
  };
  const activations = [];

  await test.step("the surname and a contact of the contract prove it", async () => {
    await open("/register");
    await page.getByLabel("Номер карты").fill(card);
    await button("Продолжить").click();
    await expect(heading).toHaveText("Договор и связь");
    await page.getByText("Договора нет под рукой").click();
    await page.getByLabel("Фамилия").fill(surname);
    await address.fill(typo);
    await consent();
    await button("Создать кабинет").click();
    await expect(summary).toContainText("Введите телефон или почту из договора");
    await look("no contact of the contract");
    // The right surname is not enough with somebody else's contact.
    await page.getByLabel("Телефон или почта из договора").fill("demo0@mail.example");
    await button("Создать кабинет").click();
    await expect(summary).toContainText(/Не совпадает с договором этой карты\. Осталось 2\sпопытки/);
    await expect(page.getByLabel("Фамилия")).toHaveValue(surname);
    await expect(address).toHaveValue(typo);
    await look("no match with the contract");
    // However it is typed.
    await page.getByLabel("Фамилия").fill(` ${surname.toUpperCase()}`);
    await page.getByLabel("Телефон или почта из договора").fill(typedPhone);
    await button("Создать кабинет").click();
    await expect(heading).toHaveText("Откройте письмо");
    await expect(main).toContainText("@mial.example");
    await newest(page, phone, /по вашему договору создают личный кабинет/);
    activations.push(await nextLink(page, typo, OPENS));
  });

  await test.step("the address is mended on the way", async () => {
    await page.getByRole("link", { name: "Указать другую почту" }).click();
    await expect(heading).toHaveText("Договор и связь");
    // Nothing but the consents has to be given anew.
    await expect(address).toHaveValue(typo);
    await expect(page.getByLabel("Телефон или почта из договора")).toHaveValue(typedPhone);
    await expect(page.getByLabel("условия пользования кабинетом")).not.toBeChecked();
    await address.fill(email);
    await consent();
    await button("Создать кабинет").click();
    await expect(heading).toHaveText("Откройте письмо");
    await expect(main).toContainText("@mail.example");
    await expect(main).not.toContainText("@mial.example");
    activations.push(await nextLink(page, email, OPENS));
    const answer = await open(activations[0]);
    expect(answer.status()).toBe(410);
    await expect(heading).toHaveText("Ссылка устарела");
    await look("an activation link to the former address");
    await page.goBack();
  });

  await test.step("the letter is sent again", async () => {
    await expect(heading).toHaveText("Откройте письмо");
    await button("Отправить ещё раз").click();
    await expect(page.getByRole("status")).toContainText("Отправили ещё раз");
    await look("sent again");
    activations.push(await nextLink(page, email, OPENS, activations));
    await open(activations[1]);
    await expect(heading).toHaveText("Ссылка устарела");
    await expect(page.getByLabel("Новый пароль")).toHaveCount(0);
    await open(activations[2]);
    await expect(heading).toHaveText("Осталось выбрать пароль");
    await page.getByLabel("Придумать свой").check();
    await page.getByLabel("Новый пароль").fill(FIRST);
    await button("Войти в кабинет").click();
    await expect(page).toHaveURL("/home");
    await open("/profile/contacts");
    await expect(main).toContainText(email);
    await expect(main).not.toContainText("не подтверждено");
  });

  // Somebody else may be in there: a new password ends that.
  const other = await browser.newContext({ javaScriptEnabled, locale: "ru-RU", viewport: page.viewportSize() });
  const there = await other.newPage();
  await fillSignIn(there, email, FIRST);
  await expect(there).toHaveURL("/home");

  await test.step("the password is forgotten: a link comes, and a newer one ends it", async () => {
    await open("/profile");
    await button("Выйти").click();
    await expect(page).toHaveURL("/login");
    const links = [];
    for (const login of [email, card]) {
      await open("/login");
      await page.getByRole("link", { name: "Забыли пароль?" }).click();
      await expect(heading).toHaveText("Новый пароль");
      await page.getByLabel("Номер карты, телефон или почта").fill(login);
      await button("Получить ссылку или код").click();
      await expect(heading).toHaveText("Проверьте почту или телефон");
      links.push(await nextLink(page, email, RESETS, links));
      expect(links.at(-1)).toContain("/reset-password/");
    }
    const answer = await open(links[0]);
    expect(answer.status()).toBe(410);
    await expect(heading).toHaveText("Ссылка устарела");
    await expect(main.getByRole("link", { name: "Получить ссылку или код" })).toHaveAttribute("href", "/forgot-password");
    await look("a recovery link that is late");

    await open(links[1]);
    await expect(heading).toHaveText("Выберите пароль");
    await look("a recovery link");
    await page.getByLabel("Придумать свой").check();
    await page.getByLabel("Новый пароль").fill("коротко");
    await button("Сохранить").click();
    await expect(summary).toContainText("Нужно 8 символов — сейчас 7");
    await look("a recovery link, refused password");
    // Asking for a link has signed nobody out.
    await there.goto("/home");
    await expect(there).toHaveURL("/home");
    await page.getByLabel("Придумать свой").check();
    await page.getByLabel("Новый пароль").fill(SECOND);
    await button("Сохранить").click();
    await expect(page).toHaveURL("/home");
    await newest(page, email, /Пароль восстановлен/);

    const again = await open(links[1]);
    expect(again.status()).toBe(410);
    await expect(heading).toHaveText("Ссылка уже сработала");
    await expect(main).toContainText("Пароль уже сменили");
    await look("a recovery link that was used");
  });

  await test.step("the old password and whoever came in with it are out", async () => {
    await there.goto("/home");
    await expect(there).toHaveURL(/\/login/);
    await fillSignIn(there, email, FIRST);
    await expect(there.locator(".c-summary")).toContainText("Номер или пароль не подходят");
    await fillSignIn(there, card, SECOND);
    await expect(there).toHaveURL("/home");
    await other.close();
  });
});

test("a link that was cut short is a calm page", async ({ page, open, javaScriptEnabled }) => {
  const answer = await open("/reset-password/no-such-token");
  expect(answer.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ссылка не подошла");
  await expect(page.getByRole("main")).toContainText("целиком");
  if (javaScriptEnabled) await audit(page, "a recovery link that was cut short");
});
