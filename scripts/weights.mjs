// Weighs what the release sends: built files on disk, pages as a running cabinet answers them.
import { readdirSync, readFileSync } from "node:fs";
import { get, request } from "node:http";
import { brotliCompressSync, constants } from "node:zlib";
import { judge } from "./budgets.mjs";

const site = new URL("../target/site/", import.meta.url);
const pkg = new URL("pkg/", site);

const weigh = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

function built(ending) {
  const names = readdirSync(pkg).filter((name) => name.startsWith("cabinet") && name.endsWith(ending));
  if (names.length === 0) throw new Error(`no ${ending} in target/site/pkg: run make build`);
  return names.map((name) => readFileSync(new URL(name, pkg)));
}

/** The weights of the built files. */
export function weighFiles() {
  const largest = (ending) => Math.max(...built(ending).map(weigh));
  const script = weigh(readFileSync(new URL("public.js", site)));
  return [
    judge("weight.wasm", largest(".wasm")),
    judge("weight.js", largest(".js") + script),
    judge("weight.css", largest(".css")),
  ];
}

/** The minifier ships its input silently when it cannot parse it. */
export function isMinified() {
  return built(".css").every((bytes) => {
    const css = bytes.toString("utf8");
    return !css.includes("/*") && !css.trim().includes("\n");
  });
}

/** An answer as it comes over the wire: nothing is unpacked. */
function raw(url, headers = {}) {
  return new Promise((done, failed) => {
    get(url, { headers: { accept: "text/html", "accept-encoding": "br", ...headers } }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    }).on("error", failed);
  });
}

function post(url, fields) {
  const body = new URLSearchParams(fields).toString();
  return new Promise((done, failed) => {
    const call = request(url, {
      method: "POST",
      headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
    }, (answer) => {
      answer.resume();
      answer.on("end", () => done(answer.headers));
    });
    call.on("error", failed);
    call.end(body);
  });
}

async function page(url, headers) {
  const { status, headers: answered, body } = await raw(url, headers);
  if (status !== 200 || answered["content-encoding"] !== "br") {
    throw new Error(`${url}: status ${status}, encoding ${answered["content-encoding"]}`);
  }
  return body.length;
}

/** The weights of pages of a running cabinet; the person signs in by a form. */
export async function weighPages(base, { login, password }) {
  const html = await (await fetch(`${base}/login`, { headers: { accept: "text/html" } })).text();
  const scripts = [...html.matchAll(/<script[^>]*src="([^"]+)"/g)].map(([, path]) => path);
  const sizes = await Promise.all(scripts.map((path) => raw(`${base}${path}`).then(({ body }) => body.length)));
  const answer = await post(`${base}/api/auth/sign-in`, { login, password });
  const cookie = (answer["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  return [
    judge("weight.login", await page(`${base}/login`)),
    judge("weight.login.js", sizes.reduce((sum, size) => sum + size, 0)),
    judge("weight.login.wasm", (html.match(/\.wasm/g) ?? []).length),
    judge("weight.home", await page(`${base}/home`, { cookie })),
  ];
}
