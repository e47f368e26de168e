// SPDX-License-Identifier: Apache-2.0
// What a screen does not need at first comes after what it needs, however long that takes.
import { afterEach, expect, test, vi } from "vitest";
import { calm } from "../src/shared/api/calm";
import { send } from "../src/shared/api/client";
import { soon } from "./soon";

afterEach(() => vi.unstubAllGlobals());
const nextTask = () => new Promise((wake) => setTimeout(wake));

/** A server that answers when it is told to. */
function heldServer() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    return new Promise((resolve) => answers.push(() => resolve(new Response("{}", { headers: { "Content-Type": "application/json" } }))));
  });
  return { asked, answers };
}

test("what can wait comes after the first reads, and after those that their answers lead to", async () => {
  const { asked, answers } = heldServer();
  void send("get", "/tickets/7").then(() => send("get", "/tickets/7/messages"));
  void calm().then(() => send("get", "/users"));
  await nextTask();
  expect(asked).toEqual(["/api/v1/tickets/7"]);
  answers[0]?.();
  await soon(() => expect(asked).toHaveLength(2));
  await nextTask();
  expect(asked[1]).toBe("/api/v1/tickets/7/messages");
  answers[1]?.();
  await soon(() => expect(asked).toHaveLength(3));
  expect(asked[2]).toBe("/api/v1/users");
  answers[2]?.();
});

test("a change that waits for the server holds nothing up, nor does a read that failed", async () => {
  const { asked } = heldServer();
  void send("post", "/tickets", { body: {} });
  await calm();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no line")));
  await expect(send("get", "/me")).rejects.toThrow();
  await calm();
  expect(asked).toEqual(["/api/v1/tickets"]);
});
