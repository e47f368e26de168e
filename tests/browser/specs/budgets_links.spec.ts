// SPDX-License-Identifier: Apache-2.0
// What portal and guest page may cost.
import { cost, within } from "../support/cost.ts";
import { test } from "../support/test.ts";

test.beforeEach(async ({ desk }) => {
  test.skip(!(await desk.has("/portal/desk")), "this program has no routes for people without an account");
});

test("@budgets portal", async ({ open }) => {
  const page = await open({ width: 390 });
  within("portal", await cost(page, "/portal", "a[href^='/portal/new/']"), { script: 90_000, style: 20_000, requests: 10, nodes: 1500, shift: 0.05, thread: 450 });
});

test("@budgets guest", async ({ open, desk }) => {
  const ticket = await desk.admin.post("/tickets", { type: "consult", subject: "预算", body: "x" });
  const { link } = await desk.admin.post(`/tickets/${ticket.id}/guests`, { name: "刘工", question: "？", expires_in: 86_400 });
  const page = await open({ width: 390 });
  within("guest", await cost(page, link, "#reply"), { script: 90_000, style: 20_000, requests: 10, nodes: 1500, shift: 0.05, thread: 450 });
});
