// An authenticator app (RFC 6238), and the doors of partners and staff.
import { createHmac } from "node:crypto";
import { expect } from "@playwright/test";
import { PASSWORD } from "./people.mjs";

/** The secret of all the demo's people. */
const DEMO = Buffer.from("orion express's demo");
const STEP = 30;

const stepNow = (ahead = 0) => Math.floor((Date.now() + ahead) / 1000 / STEP);

/** The code of a step. */
function codeOf(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** The bytes of a secret as apps take it. */
export function fromBase32(text) {
  let bits = "";
  for (const letter of text.replace(/ /g, "")) {
    bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  }
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** An app that never shows a code twice: it waits for the next one instead. */
export class App {
  #secret;
  #last;

  constructor(secret = DEMO) {
    this.#secret = secret;
    // A code that is one step old is taken too.
    this.#last = stepNow() - 2;
  }

  async code() {
    // One step old is taken too, unless it would be two steps old once the form is sent.
    const step = Math.max(this.#last + 1, stepNow(3_000) - 1);
    while (step > stepNow() + 1) await new Promise((done) => setTimeout(done, 500));
    this.#last = step;
    return codeOf(this.#secret, step);
  }
}

const LOGIN = { partner: "Номер партнёра или почта", staff: "Логин" };

/** Sends the form of a door. */
export async function fillDoor(page, door, login, password, code) {
  if (!page.url().includes(`/${door}/login`)) await page.goto(`/${door}/login`);
  await page.getByLabel(LOGIN[door]).fill(login);
  await page.getByLabel("Пароль", { exact: true }).fill(password);
  await page.getByLabel("Код из приложения").fill(code);
  await page.getByRole("button", { name: "Войти", exact: true }).click();
}

/** Comes in as somebody who may be coming in elsewhere too: a code that was used is waited out. */
export async function enter(page, door, login, app = new App()) {
  await expect(async () => {
    await fillDoor(page, door, login, PASSWORD, await app.code());
    await expect(page).toHaveURL(new RegExp(`/${door}$`), { timeout: 2_000 });
  }).toPass({ timeout: 100_000 });
  return app;
}
