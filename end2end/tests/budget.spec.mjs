import { weighPages } from "../../scripts/weights.mjs";
import { CABINET } from "../support/demo.mjs";
import { PASSWORD, people } from "../support/people.mjs";
import { expect, test } from "../support/test.mjs";

test("pages keep within their weight", async ({}, info) => {
  test.skip(info.project.name !== "desktop-nojs", "the answer is the same for every browser");
  for (const result of await weighPages(CABINET, { login: people.active.card, password: PASSWORD })) {
    expect.soft(result.reached, `${result.id}: ${result.value} of ${result.gate}`).not.toBe("short");
  }
});
