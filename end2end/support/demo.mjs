// Starts the cabinet's demo role on its own ports and data, and stops it without a trace.
import { spawn } from "node:child_process";
import { chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const repo = resolve(here, "../..");

// The cabinet listens here and the sandbox on the next port.
const PORT = Number(process.env.E2E_PORT ?? 3100);
export const CABINET = `http://localhost:${PORT}`;
export const SANDBOX = `http://localhost:${PORT + 1}`;

function binary() {
  if (process.env.CABINET_BIN) return resolve(process.env.CABINET_BIN);
  const found = ["release", "debug"].map((kind) => join(repo, "target", kind, "cabinet")).find(existsSync);
  if (!found) throw new Error("no cabinet binary: build it first or set CABINET_BIN");
  return found;
}

/** The status of the readiness check; 0 when nobody answers. */
const ready = () => fetch(`${CABINET}/health/ready`).then((answer) => answer.status, () => 0);

/** Starts the demo and waits until it answers. Returns the function that stops it. */
export async function startDemo() {
  if ((await ready()) !== 0) throw new Error(`something already listens at ${CABINET}`);
  const data = mkdtempSync("/tmp/cabinet-e2e-");
  chmodSync(data, 0o755); // PostgreSQL runs as another user and has to come in.
  mkdirSync(join(here, "../results"), { recursive: true });
  const logFile = join(here, "../results/cabinet.log");
  const log = createWriteStream(logFile);
  // The cabinet refuses settings it does not know, and this one is ours.
  const { CABINET_BIN: _, ...surroundings } = process.env;
  const child = spawn(binary(), ["demo"], {
    cwd: repo,
    env: {
      ...surroundings,
      CABINET_SERVER__LISTEN: `127.0.0.1:${PORT}`,
      CABINET_SERVER__PUBLIC_URL: CABINET,
      CABINET_DEMO__SANDBOX_LISTEN: `127.0.0.1:${PORT + 1}`,
      CABINET_DEMO__SANDBOX_URL: SANDBOX,
      CABINET_DEMO__DATA_DIR: data,
      // All these people come from one address within minutes; the limit itself is tested elsewhere.
      CABINET_ACCESS__LOOKUPS_PER_ADDRESS: "1000",
    },
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: Ctrl-C in the terminal reaches the cabinet through stop(), once.
    detached: true,
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let gone = false;
  const ended = new Promise((done) => child.once("close", () => done((gone = true))));
  const interrupt = () => gone || child.kill("SIGINT");
  const terminated = () => process.exit(143);
  process.once("exit", interrupt);
  process.once("SIGTERM", terminated);

  const stop = async () => {
    interrupt();
    const timer = setTimeout(() => gone || child.kill("SIGKILL"), 30_000);
    await ended;
    clearTimeout(timer);
    process.off("exit", interrupt);
    process.off("SIGTERM", terminated);
    await new Promise((written) => log.end(written));
    rmSync(data, { recursive: true, force: true });
    const panic = readFileSync(logFile, "utf8").match(/^.*panicked at.*$/m);
    if (panic) throw new Error(`the cabinet panicked, see results/cabinet.log: ${panic[0]}`);
  };

  // Measurements look into the demo's own database.
  stop.data = data;
  const patience = Date.now() + 90_000;
  while (!gone && Date.now() < patience) {
    if ((await ready()) === 204) return stop;
    await new Promise((next) => setTimeout(next, 200));
  }
  await stop();
  throw new Error("the demo did not start: see results/cabinet.log");
}
