import { BLOCKED, newcomers, people } from "../support/people.mjs";
import {
  acquirerPayments, expect, GOOD_CARD, payButton, payInSandbox, paymentEndsAs, shownCard, test, typeSum,
} from "../support/test.mjs";

const summary = (page) => page.locator(".c-summary");
// A number of its own for each project: sums tell the payments of one from those of another.
const own = (info, base) => base + Object.keys(newcomers).indexOf(info.project.name);

async function sendCard(page, card) {
  await page.goto("/register");
  await page.getByLabel("Номер карты").fill(card);
  await page.getByRole("button", { name: "Продолжить" }).click();
}

test("registration says what is wrong with a card number", async ({ page, javaScriptEnabled }) => {
  for (const [card, words] of [
    ["", "Введите номер карты"],
    ["карта 12", "В номере карты только цифры"],
    ["0207 2340 69", "В номере карты 11 или 12 цифр — сейчас 10"],
    ["79927398714", "Проверьте цифры: в номере опечатка"],
    ["020799999999", "Карты с таким номером нет"],
    [BLOCKED, "Эта карта не обслуживается"],
  ]) {
    await sendCard(page, card);
    await expect(summary(page)).toContainText(words);
    await expect(page).toHaveTitle(/^Ошибка: /);
    await expect(page.getByLabel("Номер карты")).toHaveValue(shownCard(card, javaScriptEnabled));
  }
});

test("a card's number is grouped while it is typed, and the caret stays", async ({ page, open, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "the script groups");
  await open("/register");
  const field = page.getByLabel("Номер карты");
  await field.pressSequentially("020723406967");
  await expect(field).toHaveValue("0207 2340 6967");
  // A digit that was left out: the caret stays where one types.
  await field.press("Home");
  for (const key of ["ArrowRight", "ArrowRight", "Delete"]) await field.press(key);
  await expect(field).toHaveValue("0272 3406 967");
  await field.pressSequentially("0");
  await expect(field).toHaveValue("0207 2340 6967");
});

test("all mistakes of the details are named at once", async ({ page }, info) => {
  await sendCard(page, newcomers[info.project.name].card);
  await page.getByRole("button", { name: "Создать кабинет" }).click();
  for (const words of [
    "Введите номер договора",
    "Введите почту или телефон",
    "Примите условия",
    "Без согласия на обработку данных кабинет не открыть",
  ]) {
    await expect(summary(page)).toContainText(words);
  }
  await expect(page).toHaveTitle(/^Ошибка: /);
});

test("refused details are kept", async ({ page }, info) => {
  await sendCard(page, newcomers[info.project.name].card);
  await page.getByLabel("Почта", { exact: true }).fill("no-mail-server");
  await page.getByLabel("Телефон", { exact: true }).fill("12345");
  await page.getByLabel("условия пользования кабинетом").check();
  await page.getByRole("button", { name: "Создать кабинет" }).click();
  await expect(summary(page)).toContainText("В адресе опечатка");
  await expect(summary(page)).toContainText("Номер должен начинаться с +7 и содержать 11 цифр");
  await expect(page.getByLabel("Почта", { exact: true })).toHaveValue("no-mail-server");
  await expect(page.getByLabel("Телефон", { exact: true })).toHaveValue("12345");
  await page.getByLabel("Почта", { exact: true }).fill("маша@почта.рф");
  await page.getByRole("button", { name: "Создать кабинет" }).click();
  await expect(summary(page)).toContainText("Нужны латинские буквы");
  await expect(page.getByLabel("условия пользования кабинетом")).toBeChecked();
});

test("whoever goes back from the details finds the card number", async ({ page }, info) => {
  const { card } = newcomers[info.project.name];
  await sendCard(page, card);
  await page.getByRole("link", { name: "Назад" }).click();
  await expect(page).toHaveURL(/register\?r=/);
  expect((await page.getByLabel("Номер карты").inputValue()).replace(/\s/g, "")).toBe(card.replace(/\s/g, ""));
});

test("who proves the contract of a registered card is told of the cabinet", async ({ page }, info) => {
  // Somebody else in each project: a contract may be proved only a few times a day.
  const { card, contract } = Object.values(people)[own(info, 0)];
  await sendCard(page, card);
  await page.getByLabel("Номер договора").fill(contract);
  await page.getByLabel("Почта", { exact: true }).fill(`again-${info.project.name}@mail.example`);
  await page.getByLabel("условия пользования кабинетом").check();
  await page.getByLabel("обработку персональных данных").check();
  await page.getByRole("button", { name: "Создать кабинет" }).click();
  await expect(summary(page)).toContainText("Кабинет по этому договору уже есть");
  await expect(page.getByRole("link", { name: "Войти", exact: true })).toBeVisible();
});

test("a wrong link of activation is a calm page", async ({ page }) => {
  const answer = await page.goto("/activate/no-such-token");
  expect(answer.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ссылка не подошла");
});

test("top-up refuses what is not a sum within the limits", async ({ page, open, signIn }) => {
  await signIn(people.yearly);
  for (const [sum, words] of [
    ["", "Введите сумму"],
    ["0", "От 10 ₽ до 15 000 ₽"],
    ["-5", "От 10 ₽ до 15 000 ₽"],
    ["1000000000000", "От 10 ₽ до 15 000 ₽"],
    ["сто", "Введите сумму цифрами"],
  ]) {
    await open("/payments/top-up");
    await typeSum(page, sum);
    await payButton(page).click();
    await expect(summary(page)).toContainText(words);
    await expect(page).toHaveTitle(/^Ошибка: /);
    await expect(page.getByLabel("Оплатить другую сумму")).toHaveValue(sum);
  }
});

test("kopecks are welcome", async ({ page, open, signIn }) => {
  await signIn(people.yearly);
  await open("/payments/top-up");
  await typeSum(page, "390,50");
  await payButton(page).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("390,50");
});

test("a double click pays once", async ({ page, open, signIn }, info) => {
  const sum = own(info, 411);
  await signIn(people.yearly);
  await open("/payments/top-up");
  await typeSum(page, String(sum));
  await payButton(page).dblclick();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(String(sum));
  expect(await acquirerPayments(`${sum}.00`)).toHaveLength(1);
});

test("going back and paying again does not pay twice", async ({ page, open, signIn, javaScriptEnabled }, info) => {
  const sum = own(info, 421);
  await signIn(people.yearly);
  await open("/payments/top-up");
  await typeSum(page, String(sum));
  await payButton(page).click();
  await payInSandbox(page, GOOD_CARD);
  const payment = page.url();
  await paymentEndsAs(page, javaScriptEnabled, "Платёж прошёл");
  for (let steps = 0; !page.url().includes("/payments/top-up") && steps < 5; steps++) await page.goBack();
  await expect(page).toHaveURL("/payments/top-up");
  await typeSum(page, String(sum));
  await payButton(page).click();
  await expect(page).toHaveURL(payment);
  expect(await acquirerPayments(`${sum}.00`)).toHaveLength(1);
});
