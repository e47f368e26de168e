// SPDX-License-Identifier: Apache-2.0
// What a link opens, and all that it does not: every route of the API, other tickets, other files, logs and disk.
import * as fs from "node:fs";
import * as path from "node:path";
import type { Api } from "../support/api.ts";
import type { Desk } from "../support/desk.ts";
import { pdf, png } from "../support/files.ts";
import { expect, test } from "../support/test.ts";

test.beforeEach(async ({ desk }) => {
  test.skip(!(await desk.has("/portal/desk")), "this program has no routes for people without an account");
});

const secretOf = (link: string) => link.slice(link.indexOf("#") + 1);

interface Ways {
  mine: { id: number };
  other: { id: number };
  portal: Api;
  otherPortal: Api;
  guest: Api;
  secrets: string[];
  released: number;
  withheld: number;
  elsewhere: number;
  loose: number;
}

async function upload(api: Api, route: string, name: string, bytes: Buffer, type: string) {
  const answer = await api.send("POST", `/api/v1${route}?name=${name}`, { bytes, type });
  expect(answer.status, answer.text).toBe(201);
  return JSON.parse(answer.text).id as number;
}

async function ways(desk: Desk): Promise<Ways> {
  const file = (name: string, bytes = png, type = "image/png") => upload(desk.admin, "/attachments", name, bytes, type);
  const [released, withheld, elsewhere, loose] = [await file("released.png"), await file("withheld.pdf", pdf, "application/pdf"), await file("elsewhere.png"), await file("loose.png")];
  const submit = async (subject: string) => {
    const made = await desk.stranger.post("/portal/tickets", { type: "consult", subject, body: subject, customer: { name: subject, phone: "13800001234" } });
    return { secret: made.token as string, ticket: { id: Number(/\d+$/.exec(made.number)?.[0]) } };
  };
  const mine = await submit("我的");
  const other = await submit("别人的");
  const say = (ticket: { id: number }, kind: string, body: string, attachments: number[]) =>
    desk.admin.post(`/tickets/${ticket.id}/messages`, { kind, body, attachments });
  await say(mine.ticket, "reply", "给客户的", [released]);
  await say(mine.ticket, "note", "内部的", [withheld]);
  await say(other.ticket, "reply", "给别人的", [elsewhere]);
  const invited = await desk.admin.post(`/tickets/${mine.ticket.id}/guests`, { name: "刘工", question: "？", messages: [], attachments: [released], expires_in: 86_400 });
  const guest = secretOf(invited.link);
  return {
    mine: mine.ticket,
    other: other.ticket,
    portal: desk.stranger.bearer(mine.secret),
    otherPortal: desk.stranger.bearer(other.secret),
    guest: desk.stranger.bearer(guest),
    secrets: [mine.secret, other.secret, guest],
    released,
    withheld,
    elsewhere,
    loose,
  };
}

/** What the routes for links take: a link of the other purpose must be refused for what it is, not for its form. */
const bodies: Record<string, unknown> = {
  "/portal/ticket/messages": { body: "x" },
  "/portal/ticket/move": { transition: "x" },
  "/portal/ticket/reopen": { message: "x" },
  "/portal/ticket/rating": { score: 3 },
  "/guest/answers": { body: "x" },
};

test("a link opens its own routes and no other one of the whole API", async ({ desk }) => {
  const way = await ways(desk);
  const { paths } = await desk.stranger.get("/openapi.json");
  // Whoever tries everything is soon told to wait, which says nothing of the route: the server forgets that when it starts anew.
  const forgiven = async () => {
    await desk.stop();
    await desk.start();
  };
  const opened: string[] = [];
  for (const [route, verbs] of Object.entries<Record<string, unknown>>(paths)) {
    for (const verb of Object.keys(verbs)) {
      const address = route.replace(/\{ticket_id\}/g, String(way.mine.id)).replace(/\{\w+\}/g, "1") + (/attachments$/.test(route) ? "?name=x.txt" : "");
      for (const [kind, api] of [["portal", way.portal], ["guest", way.guest]] as const) {
        const ask = () => api.send(verb.toUpperCase(), address, verb === "get" || verb === "delete" ? {} : { body: bodies[route.replace("/api/v1", "")] ?? {} });
        let answer = await ask();
        if (answer.status === 429) {
          await forgiven();
          answer = await ask();
        }
        // Refused for lack of a right, or nothing there; anything else means that the route was entered.
        if (![401, 403, 404, 405].includes(answer.status)) opened.push(`${kind}: ${verb.toUpperCase()} ${route.replace("/api/v1", "")} ${answer.status}`);
      }
    }
  }
  await forgiven(); // or the tests after this one wait for it
  const unexpected = opened.filter((line) => !/^(portal: \w+ \/portal\/|guest: \w+ \/guest(\/| )|\w+: (GET|POST) \/(portal\/(desk|tickets|attachments)|openapi\.json|setup|sessions) )/.test(line));
  expect(unexpected).toEqual([]);
  // The check itself: it does see the routes that are open.
  expect(opened.some((line) => line.startsWith("portal: GET /portal/ticket 200"))).toBe(true);
  expect(opened.some((line) => line.startsWith("guest: GET /guest 200"))).toBe(true);
});

test("files: what was said to the customer, what was released to the guest, and nothing else", async ({ desk }) => {
  const way = await ways(desk);
  const status = async (api: Api, route: string) => (await api.send("GET", `/api/v1${route}`)).status;
  const file = (kind: "portal/ticket" | "guest", id: number) => `/${kind}/attachments/${id}`;
  const denied = [401, 403, 404];

  expect(await status(way.portal, file("portal/ticket", way.released))).toBe(200);
  expect(await status(way.guest, file("guest", way.released))).toBe(200);
  for (const id of [way.withheld, way.elsewhere, way.loose]) {
    expect(denied, `portal, file ${id}`).toContain(await status(way.portal, file("portal/ticket", id)));
    expect(denied, `guest, file ${id}`).toContain(await status(way.guest, file("guest", id)));
  }
  expect(denied).toContain(await status(way.otherPortal, file("portal/ticket", way.released)));
  for (const id of [way.released, way.withheld]) {
    for (const api of [way.portal, way.guest, desk.stranger]) expect(denied).toContain(await status(api, `/attachments/${id}`));
  }
  // Not across purposes either.
  expect(denied).toContain(await status(way.guest, "/portal/ticket"));
  expect(denied).toContain(await status(way.portal, "/guest"));
  expect(denied).toContain(await status(desk.stranger, "/portal/ticket"));
  expect(denied).toContain(await status(desk.stranger, "/guest"));
});

test("what a link shows holds no internal word and no other ticket's", async ({ desk }) => {
  const way = await ways(desk);
  const portal = JSON.stringify(await way.portal.get("/portal/ticket"));
  const guest = JSON.stringify(await way.guest.get("/guest"));
  for (const text of ["内部的", "给别人的", "withheld.pdf", "elsewhere.png"]) {
    expect(portal).not.toContain(text);
    expect(guest).not.toContain(text);
  }
  expect(portal).toContain("给客户的");
  expect(guest).not.toContain("给客户的");
});

test("a file that somebody else uploaded can not be taken along", async ({ desk }) => {
  const way = await ways(desk);
  for (const id of [way.loose, way.withheld, way.elsewhere]) {
    const said = await way.portal.send("POST", "/api/v1/portal/ticket/messages", { body: { body: "x", attachments: [id] } });
    expect(said.status, `portal took file ${id}`).toBeGreaterThanOrEqual(400);
    const answered = await way.guest.send("POST", "/api/v1/guest/answers", { body: { body: "x", attachments: [id] } });
    expect(answered.status, `guest took file ${id}`).toBeGreaterThanOrEqual(400);
    const submitted = await desk.stranger.send("POST", "/api/v1/portal/tickets", {
      body: { type: "consult", subject: "x", body: "x", customer: { name: "x", phone: "13800001234" }, attachments: [String(id)] },
    });
    expect(submitted.status, `a stranger took file ${id}`).toBeGreaterThanOrEqual(400);
  }
});

test("reading changes nothing, however often a chat program fetches the link", async ({ desk }) => {
  const way = await ways(desk);
  const before = (await desk.admin.get(`/tickets/${way.mine.id}/events?limit=100`)).items.length;
  for (let time = 0; time < 5; time++) {
    await way.portal.get("/portal/ticket");
    await way.guest.get("/guest");
  }
  expect((await desk.admin.get(`/tickets/${way.mine.id}/events?limit=100`)).items.length).toBe(before);
});

test("no secret of a link stands in a log or anywhere on the disk", async ({ desk, open, faults }) => {
  const way = await ways(desk);
  faults.expect(/status of 40[0-9]/);
  const page = await open({ at: `/portal#${way.secrets[0]}` });
  await page.getByRole("heading", { name: "我的" }).waitFor();
  const guest = await open({ at: `/g#${way.secrets[2]}` });
  await guest.locator("#reply").waitFor();
  // Also refused, malformed and repeated ones leave no trace.
  await way.portal.send("POST", "/api/v1/portal/ticket/messages", { body: { nothing: way.secrets[0] } });
  await way.portal.send("GET", "/api/v1/tickets");
  await desk.stop();
  const canaries = way.secrets.map((secret) => Buffer.from(secret.replace(/^dlk_/, "")));
  const holding: string[] = [];
  const walk = (folder: string) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (entry.isFile()) {
        const bytes = fs.readFileSync(file);
        for (const canary of canaries) if (bytes.includes(canary)) holding.push(path.relative(desk.data, file));
      }
    }
  };
  walk(path.dirname(desk.data));
  await desk.start();
  expect(desk.log).toContain('"event":"serving"');
  expect(holding).toEqual([]);
});
