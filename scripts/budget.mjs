// What the release weighs, against its gates (brotli, as a browser gets it). Fails beyond a gate.
// Pages are weighed by the browser tests, which have a server; here are the files.
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const root = new URL("../target/site/pkg/", import.meta.url);
const names = readdirSync(root);
const newest = (ending) => names.filter((name) => name.startsWith("cabinet") && name.endsWith(ending));
const weigh = (bytes, quality = 11) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;

const kb = 1024;
const lines = [
  { id: "weight.wasm", ending: ".wasm", goal: 180 * kb, gate: 240 * kb },
  { id: "weight.js", ending: ".js", goal: 12 * kb, gate: 18 * kb },
  { id: "weight.css", ending: ".css", goal: 12 * kb, gate: 16 * kb },
];
let passed = 0;
let failed = 0;
for (const { id, ending, goal, gate } of lines) {
  const found = newest(ending);
  if (found.length === 0) throw new Error(`no ${ending} in target/site/pkg: run make build`);
  const sizes = found.map((name) => weigh(readFileSync(new URL(name, root))));
  const value = Math.max(...sizes);
  const reached = value <= goal ? "goal" : value <= gate ? "gate" : "short";
  if (reached === "short") failed += 1;
  else passed += 1;
  console.log(`${id.padEnd(14)} ${String(value).padStart(7)} B   goal ${goal}   gate ${gate}   ${reached}`);
}
const css = readFileSync(new URL(newest(".css")[0], root), "utf8");
// The minifier ships its input silently when it cannot parse it.
if (css.includes("/*") || css.trim().includes("\n")) {
  failed += 1;
  console.log("css-min        not minified");
} else {
  passed += 1;
}
console.log(`budget: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
