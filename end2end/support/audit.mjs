// What holds for every page: no axe violation, one main heading, a title, no sideways scrolling.
import AxeBuilder from "@axe-core/playwright";
import { expect } from "./test.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];
let dark = false;

export async function audit(page, name, without = []) {
  const before = page.viewportSize();
  dark = !dark;
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
  // Tall, so that nothing lies under the bottom bar while targets are measured.
  await page.setViewportSize({ width: before.width, height: 2600 });
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).disableRules(without).analyze();
  const found = violations.map(({ id, nodes }) => ({
    id,
    at: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
  expect.soft(found, `${name}, ${dark ? "dark" : "light"}: axe`).toEqual([]);

  expect.soft(await page.locator("h1").count(), `${name}: main headings`).toBe(1);
  expect.soft((await page.title()).trim(), `${name}: title`).not.toBe("");

  await page.setViewportSize({ width: 320, height: 740 });
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const beyond = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 0.5,
    );
    return [`${root.scrollWidth}px`, ...beyond.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  });
  expect.soft(wide, `${name}: scrolls sideways at 320px`).toEqual([]);
  await page.setViewportSize(before);
}
