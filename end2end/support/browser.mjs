// The browser of the system: nothing is downloaded.
export const executablePath = process.env.CHROMIUM_BIN ?? "/usr/bin/chromium";
export const browserArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
