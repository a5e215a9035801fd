import { defineConfig } from "@playwright/test";
import { browserArgs, executablePath } from "./support/browser.mjs";
import { CABINET } from "./support/demo.mjs";

const phone = { width: 360, height: 740 };
const desktop = { width: 1280, height: 800 };
const project = (name, viewport, javaScriptEnabled) => ({
  name,
  use: { viewport, javaScriptEnabled, hasTouch: viewport === phone },
  // Audits run scripts inside the page, and the markup is the same without the browser's module.
  testIgnore: javaScriptEnabled ? [] : ["a11y.spec.mjs"],
});

export default defineConfig({
  testDir: "tests",
  outputDir: "results/files",
  globalSetup: "./support/global-setup.mjs",
  reporter: "list",
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: CABINET,
    locale: "ru-RU",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: { executablePath, args: browserArgs },
  },
  projects: [
    project("phone-js", phone, true),
    project("desktop-js", desktop, true),
    project("phone-nojs", phone, false),
    project("desktop-nojs", desktop, false),
  ],
});
