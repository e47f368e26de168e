// SPDX-License-Identifier: Apache-2.0
// What an admin finds in the morning: a destination that stopped sending, what to do about it, and that it goes on then.
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { ticket } from "../support/console.ts";
import { place } from "../support/place.ts";
import { expect, test } from "../support/test.ts";

test.use({ deskWish: { plugins: true } });

/** Somebody else's server, which answers `status` to everything, and the bodies that it took. */
async function receiver() {
  const there = { status: 410, port: 0, took: [] as string[], close: () => server.close() };
  const server = http.createServer((request, answer) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (there.status < 300) there.took.push(Buffer.concat(parts).toString("utf8"));
      answer.writeHead(there.status).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  there.port = (server.address() as AddressInfo).port;
  return there;
}

test("a destination that stopped sending says so and what to do, and goes on when it is mended", async ({ open, desk }) => {
  test.skip(!fs.existsSync(path.join(place.plugins, "webhooks/manifest.json")), "this program was built without plugins");
  const erp = await receiver();
  const secret = path.join(desk.secrets, "hooks");
  fs.writeFileSync(secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", { mode: 0o600 });
  const { items } = await desk.admin.get("/definitions/publications");
  const { files } = await desk.admin.get(`/definitions/publications/${items[0].number}/files`);
  const plugins = [
    "plugins:",
    "  erp:",
    "    plugin: webhooks",
    `    settings: {url: "http://127.0.0.1:${erp.port}/in", secret: "${secret}"}`,
    `    hosts: ["127.0.0.1:${erp.port}"]`,
    "    networks: [127.0.0.0/8]",
    "    events: [created]",
    "",
  ].join("\n");
  await desk.admin.post("/definitions/publications", { files: { ...files, "plugins.yaml": plugins }, comment: "接 ERP" });

  const page = await open({ who: "admin", at: "/admin/plugins" });
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /erp|Webhook/ }) });
  await expect(card).toContainText("运行中", { timeout: 60_000 });
  await ticket(desk, "第一张，对方说地址没了");
  await expect(card).toContainText("已停发，等处理", { timeout: 60_000 });
  await expect(card).toContainText("the receiver answers 410");
  await expect(card).toContainText("其余消息都在排队，没有丢");
  await page.goto("/admin");
  await expect(page.getByRole("link", { name: /插件不正常：.*(erp|Webhook)/ })).toBeVisible();

  // What comes meanwhile waits; once the other side is mended and the connection was tried, it arrives.
  await ticket(desk, "第二张，停发期间");
  erp.status = 204;
  await page.getByRole("link", { name: /插件不正常/ }).click();
  await card.getByRole("button", { name: "测试连接" }).click();
  await expect(page.getByText(/连接正常/)).toBeVisible();
  await expect(card).not.toContainText("已停发");
  await expect.poll(() => erp.took.length, { timeout: 60_000 }).toBe(1);
  expect(erp.took[0]).toContain("第二张，停发期间");
  // What was refused for good is sent again from the deliveries.
  await page.goto("/admin/deliveries");
  await expect(page.getByRole("row", { name: /410/ })).toBeVisible();
  erp.close();
});
