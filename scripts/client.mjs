// What the measurements share: a client of the cabinet, and two kinds of calls beside each other.
import { Agent, request } from "node:http";
import { CABINET } from "../end2end/support/demo.mjs";
import { PASSWORD } from "../end2end/support/people.mjs";

const PAIRS = 160;
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

/** A client with cookies and one connection. */
export class Client {
  cookies = new Map();
  agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** Sends a request; resolves to status and milliseconds until the whole answer is there. */
  send(path, fields) {
    const body = fields && new URLSearchParams(fields).toString();
    const began = performance.now();
    return new Promise((done, failed) => {
      const call = request(`${CABINET}${path}`, {
        method: body ? "POST" : "GET",
        agent: this.agent,
        headers: {
          accept: body ? "application/json" : "text/html",
          cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
          ...(body && { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) }),
        },
      }, (answer) => {
        for (const line of answer.headers["set-cookie"] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
          this.cookies.set(name, value);
        }
        answer.resume();
        answer.on("end", () => done({ status: answer.statusCode, ms: performance.now() - began }));
      });
      call.on("error", failed);
      call.end(body);
    });
  }

  signIn(login, password = PASSWORD) {
    return this.send("/api/auth/sign-in", { login, password });
  }
}

/** The mean of the middle half: hashing takes one of two times, by the core it falls on. */
function middle(numbers) {
  const quarter = Math.floor(numbers.length / 4);
  const half = sorted(numbers).slice(quarter, numbers.length - quarter);
  return half.reduce((sum, number) => sum + number, 0) / half.length;
}

/** Middles of two kinds of calls made in pairs, whose order is drawn: threads take turns too. */
export async function beside(one, other) {
  const times = [[], []];
  for (let pair = 0; pair < PAIRS; pair++) {
    const order = Math.random() < 0.5 ? [0, 1] : [1, 0];
    for (const which of order) times[which].push((await [one, other][which](pair)).ms);
  }
  return [middle(times[0]), middle(times[1])];
}
