// What the demo has sent: the newest text to somebody. The demo's worker takes a moment.
import { expect } from "@playwright/test";

/** The newest letter or SMS to a contact whose text fits. Returns its text and its link. */
export async function newest(page, to, fits = /./) {
  let found;
  await expect(async () => {
    const answer = await page.context().request.get("/dev/mailbox");
    const html = await answer.text();
    const articles = html.split("<article").slice(1).map((part) => part.split("</article>")[0]);
    const plain = articles.map((part) => ({
      text: part.replace(/<!--.*?-->/g, "").replace(/<[^>]*>/g, "\n"),
      link: part.match(/href="(http[^"]+)"/)?.[1],
    }));
    found = plain.find(({ text }) => text.includes(to) && fits.test(text));
    expect(found, `a text to ${to}`).toBeTruthy();
  }).toPass({ timeout: 15_000, intervals: [300] });
  return found;
}

/** The code in the newest SMS to a phone; `not` is one that came before. */
export async function newestCode(page, phone, not) {
  let code;
  await expect(async () => {
    const { text } = await newest(page, phone, /#\d{6}/);
    code = text.match(/#(\d{6})/)[1];
    expect(code).not.toBe(not);
  }).toPass({ timeout: 15_000, intervals: [300] });
  return code;
}
