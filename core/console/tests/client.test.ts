// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { ApiError, send, urlOf } from "../src/shared/api/client";
import { explain } from "../src/shared/api/explain";
import { setLanguage } from "../src/shared/i18n";

beforeAll(() => setLanguage("zh-CN", false));
afterEach(async () => {
  vi.unstubAllGlobals();
  await setLanguage("zh-CN", false);
});

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const calls: [string, RequestInit][] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    calls.push([url, init]);
    return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } }));
  });
  return calls;
}

test("addresses are filled and escaped, empty parameters left out, conditions sent as JSON", () => {
  expect(urlOf("/tickets/{ticket_id}", { path: { ticket_id: "7/../8" } })).toBe("/api/v1/tickets/7%2F..%2F8");
  expect(urlOf("/tickets", { query: { a: "", b: undefined, sort: "due", filter: { field: "state", operator: "is", value: "新" } } })).toBe(
    `/api/v1/tickets?sort=due&filter=${encodeURIComponent('{"field":"state","operator":"is","value":"新"}').replace(/%20/g, "+")}`,
  );
  expect(() => urlOf("/tickets/{ticket_id}")).toThrow();
});

test("every POST has a key, the same when it is given; versions come from the ETag", async () => {
  const calls = answer(201, { id: 1 }, { ETag: '"v3"' });
  const made = await send("post", "/tickets", { body: { subject: "x" } });
  await send("post", "/tickets", { body: { subject: "x" }, key: "k" });
  const keys = calls.map(([, init]) => (init.headers as Record<string, string>)["Idempotency-Key"]);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe("k");
  expect(made.version).toBe('"v3"');
});

test("a problem says which field is wrong, and whether to come again", async () => {
  answer(422, { code: "invalid_field", detail: "no", fields: [{ pointer: "/customer/name", message: "missing" }], request_id: "r" });
  const failure = (await send("get", "/me").catch((error: unknown) => error)) as ApiError;
  expect(failure.field("customer")).toBe("missing");
  expect(failure.passing).toBe(false);
  answer(503, { code: "overloaded" }, { "Retry-After": "3" });
  const busy = (await send("get", "/me").catch((error: unknown) => error)) as ApiError;
  expect([busy.passing, busy.retryAfter]).toEqual([true, 3]);
});

test("no answer is told apart from a refusal", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  const failure = (await send("get", "/me").catch((error: unknown) => error)) as ApiError;
  expect(failure.unanswered).toBe(true);
});

test("an answer whose body stops coming is no answer, one that keeps coming is waited for", async () => {
  vi.useFakeTimers();
  try {
    let come: ReadableStreamDefaultController<Uint8Array> | undefined;
    vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          come = controller;
          signal?.addEventListener("abort", () => controller.error(new DOMException("aborted", "AbortError")));
        },
      });
      return Promise.resolve(new Response(body, { headers: { "Content-Type": "application/json" } }));
    });
    const bytes = (text: string) => new TextEncoder().encode(text);
    const slow = send<{ a: number }>("get", "/me");
    for (const piece of ['{"a"', ":", "1", "}"]) {
      await vi.advanceTimersByTimeAsync(20_000);
      come?.enqueue(bytes(piece));
      await vi.advanceTimersByTimeAsync(0);
    }
    come?.close();
    expect((await slow).data).toEqual({ a: 1 });

    const stalled = send("get", "/me").catch((error: unknown) => error) as Promise<ApiError>;
    await vi.advanceTimersByTimeAsync(1);
    come?.enqueue(bytes('{"a"'));
    await vi.advanceTimersByTimeAsync(40_000);
    expect((await stalled).code).toBe("timeout");
  } finally {
    vi.useRealTimers();
  }
});

test("a refusal is said in the page's language, and in English where it has no Chinese", async () => {
  answer(422, {
    code: "invalid_field",
    detail: "Two things are wrong.",
    detail_zh: "有两处不对。",
    fields: [
      { pointer: "/subject", message: "must not be empty", message_zh: "不能为空" },
      { pointer: "/tags/0", message: "is too long" },
    ],
  });
  const failure = (await send("get", "/me").catch((error: unknown) => error)) as ApiError;
  expect(explain(failure)).toMatchObject({ text: "请检查填写的内容", detail: "有两处不对。\nsubject：不能为空\ntags/0：is too long" });
  expect(failure.field("subject")).toBe("不能为空");
  // The words follow the page when its language changes.
  await setLanguage("en", false);
  expect(explain(failure).detail).toBe("Two things are wrong.\nsubject: must not be empty\ntags/0: is too long");
  expect(failure.field("subject")).toBe("must not be empty");
});

test("what is wrong with one field is said once, and the title where nothing else is known", async () => {
  const about = (problem: object) => explain(new ApiError(422, problem)).detail;
  const once = { code: "invalid_field", detail: "must not be empty", detail_zh: "不能为空", fields: [{ pointer: "/name", message: "must not be empty", message_zh: "不能为空" }] };
  expect(about(once)).toBe("name：不能为空");
  expect(about({ ...once, detail: "/name must not be empty.", detail_zh: "/name：不能为空。" })).toBe("name：不能为空");
  expect(about({ code: "forbidden", title: "You may not do this." })).toBe("");
  expect(about({ code: "brand_new", title: "Something else is the matter." })).toBe("Something else is the matter.");
});
