// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import { useDraft } from "@/outside/draft";
import { forgetLink, keepLink, keptLinks } from "@/outside/kept_links";
import { piecesOf } from "@/outside/links";
import { secretIn } from "@/outside/secret";
import { useSubmitting } from "@/outside/submitting";
import { ApiError } from "@/shared/api/client";

const secret = "Abc-_".repeat(9);

beforeEach(() => localStorage.clear());

describe("the secret of a link", () => {
  it("is what stands behind the # of whatever was pasted", () => {
    expect(secretIn(`#${secret}`)).toBe(secret);
    expect(secretIn(`  查看进度：https://desk.example/portal#${secret} \n`)).toBe(secret);
    expect(secretIn(secret)).toBe(secret);
  });
  it("is nothing when it can not be one", () => {
    for (const text of ["", "#", "#main", "#short", `#${secret}?x=1`, `#${secret}/..`, `#${"a".repeat(200)}`]) expect(secretIn(text)).toBe("");
  });
});

describe("addresses among words", () => {
  const targets = (text: string) => piecesOf(text).flatMap(({ target }) => target ?? []);
  it("end where the sentence goes on", () => {
    expect(targets("见 https://a.example/说明。")).toEqual(["https://a.example/"]);
    expect(targets("看 https://a.example/p?x=1&y=2，第 3 页；或 http://b.example:8080.")).toEqual(["https://a.example/p?x=1&y=2", "http://b.example:8080"]);
    expect(targets("(https://a.example/b)")).toEqual(["https://a.example/b"]);
  });
  it("are http alone, and nothing of the text is lost", () => {
    for (const text of ["javascript:alert(1)", "data:text/html,x", "https://", "https:///x", "ftp://a.example", "<a href='x'>", ""]) expect(targets(text)).toEqual([]);
    for (const text of ["a https://a.example/b!? c\n", "https://a.example", "没有地址"]) expect(piecesOf(text).map((piece) => piece.text).join("")).toBe(text);
    expect(targets('https://a.example/"onclick="x')).toEqual(["https://a.example/"]);
  });
});

describe("a draft", () => {
  const draft = () => useDraft("k", () => ({ body: "" }), ({ body }) => body !== "");
  it("comes back, and is gone once cleared", async () => {
    const first = draft();
    expect(first.restored.value).toBe(false);
    first.value.body = "半句话";
    await nextTick();
    const second = draft();
    expect(second.value.body).toBe("半句话");
    expect(second.restored.value).toBe(true);
    second.clear();
    await nextTick();
    expect(draft().value.body).toBe("");
  });
  it("is forgotten after a day", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    draft().value.body = "old";
    await nextTick();
    vi.setSystemTime(Date.now() + 86_400_001);
    expect(draft().value.body).toBe("");
    vi.useRealTimers();
  });
  it("survives what a broken page left there", () => {
    localStorage.setItem("k", "{");
    expect(draft().value.body).toBe("");
  });
});

describe("submitting", () => {
  it("keeps its key while nobody answers, and takes a new one for other words or after a refusal", async () => {
    const { submit, problem } = useSubmitting();
    const keys: string[] = [];
    const failing = (error: ApiError) => (key: string) => {
      keys.push(key);
      return Promise.reject(error);
    };
    const lost = new ApiError(0, { code: "network" });
    await submit("a", failing(lost));
    await submit("a", failing(lost));
    await submit("b", failing(new ApiError(422, { code: "invalid_field" })));
    await submit("b", failing(lost));
    expect(problem.value?.unanswered).toBe(true);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(3);
  });
});

it("remembers links only when asked, newest first, each once", () => {
  expect(keptLinks()).toEqual([]);
  keepLink({ number: "T1", subject: "a", secret: "s1" });
  keepLink({ number: "T2", subject: "b", secret: "s2" });
  keepLink({ number: "T1", subject: "a", secret: "s1" });
  expect(keptLinks().map(({ number }) => number)).toEqual(["T1", "T2"]);
  forgetLink("s1");
  expect(keptLinks()).toHaveLength(1);
});
