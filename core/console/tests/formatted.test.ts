// SPDX-License-Identifier: Apache-2.0
// A formatted text on the page: every kind is the element that it should be, and a hostile tree is words.
import { mount } from "@vue/test-utils";
import { expect, test } from "vitest";
import { createI18n } from "vue-i18n";
import { filesInside, hostIn, isTarget, wordsOf } from "../src/console/ticket/formatted";
import FormattedText from "../src/console/ticket/FormattedText.vue";
import type { FileInfo, FormattedNode } from "../src/console/ticket/ticket";

const i18n = createI18n({ legacy: false, locale: "en", messages: { en: {} }, missingWarn: false, fallbackWarn: false });
type Loose = { kind: string; children?: Loose[]; [name: string]: unknown };
const full = (node: Loose): FormattedNode => ({ ...node, children: (node.children ?? []).map(full) }) as unknown as FormattedNode;
const text = (words: string): Loose => ({ kind: "text", text: words });
const file = (id: number, media_type = "image/png") => ({ id, name: "p.png", media_type, size: 100 }) as FileInfo;
const show = (nodes: Loose[], files: FileInfo[] = []) =>
  mount(FormattedText, { props: { nodes: nodes.map(full), files: new Map(files.map((one) => [one.id, one])) }, global: { plugins: [i18n] } }).element as HTMLElement;

test("each kind is its element", () => {
  const page = show(
    [
      { kind: "heading", level: 1, children: [text("T")] },
      { kind: "paragraph", children: [text("a"), { kind: "line_break" }, { kind: "strong", children: [text("b")] }, { kind: "emphasis", children: [text("c")] }] },
      { kind: "list", children: [{ kind: "item", children: [text("d")] }] },
      { kind: "numbered_list", children: [{ kind: "item", children: [text("e")] }] },
      { kind: "table", children: [{ kind: "row", children: [{ kind: "cell", children: [text("f")] }] }] },
      { kind: "preformatted", children: [text("g\n  h")] },
      { kind: "rule" },
      { kind: "paragraph", children: [{ kind: "image", attachment: 7, text: "crack" }, { kind: "image", attachment: 8 }, { kind: "remote_image", text: "logo" }] },
      { kind: "quote", children: [{ kind: "paragraph", children: [text("earlier")] }] },
    ],
    [file(7), file(8, "image/svg+xml")],
  );
  const names = [...page.querySelectorAll("*")].map((one) => one.localName);
  for (const name of ["p", "br", "strong", "em", "ul", "ol", "li", "table", "td", "pre", "hr", "img", "details", "summary", "blockquote"]) expect(names).toContain(name);
  expect(page.querySelectorAll("img").length).toBe(1);
  expect(page.querySelector("img")!.getAttribute("src")).toBe("/api/v1/attachments/7");
  expect(page.querySelector("details")!.hasAttribute("open")).toBe(false);
  expect(page.textContent).toContain("logo");
});

test("a quotation that is all, or that is answered below, is not folded away", () => {
  const quote = { kind: "quote", children: [{ kind: "paragraph", children: [text("q")] }] };
  expect(show([quote]).querySelector("details")).toBeNull();
  expect(show([quote, { kind: "paragraph", children: [text("a")] }]).querySelector("details")).toBeNull();
});

test("a link says where it leads unless its words do", () => {
  const link = (target: string, words: string) => show([{ kind: "link", target, children: [text(words)] }]);
  const bank = link("https://evil.example/login", "https://bank.example");
  expect(bank.querySelector("a")!.getAttribute("rel")).toBe("noopener noreferrer nofollow");
  expect(bank.querySelector(".target")!.textContent).toContain("evil.example");
  expect(link("https://bank.example@evil.example/x", "bank.example").querySelector(".target")!.textContent).toContain("evil.example");
  expect(link("https://a.example/path", "https://a.example/path").querySelector(".target")).toBeNull();
  expect(link("mailto:a@b.example", "a@b.example").querySelector(".target")).toBeNull();
  expect(link("https://a.example.evil.example/", "a.example").querySelector(".target")!.textContent).toContain("a.example.evil.example");
  expect(hostIn("https://例子.example/")).toMatch(/^xn--/);
});

test("whatever a server let through, nothing but words comes of it", () => {
  const targets = ["javascript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "/api/v1/x", "//evil.example", "https:\\\\evil.example", "https:///evil.example", 'https://a.example" onclick="x'];
  for (const target of targets) {
    expect(isTarget(target), target).toBe(false);
    const page = show([{ kind: "link", target, children: [text("words")] }]);
    expect(page.querySelector("a")).toBeNull();
    expect(page.textContent).toBe("words");
  }
  for (const kind of ["script", "iframe", "svg", "style", "img", "html", "object", "form", "constructor", "__proto__"]) {
    const page = show([{ kind, text: "<img src=x onerror=alert(1)>", target: "javascript:1", children: [text("<script>1</script>")], onclick: "x", style: "position:fixed" }]);
    expect(page.querySelectorAll("*").length, kind).toBe(0);
    expect(page.textContent, kind).toBe("<script>1</script>");
  }
  const page = show([{ kind: "paragraph", text: "x", style: "color:red", class: "y", onclick: "z", children: [text("<b>words</b>")] }]);
  expect(page.innerHTML.replace("<!---->", "")).toBe("<p>&lt;b&gt;words&lt;/b&gt;</p>");
});

test("a tree that is deeper than any is still shown, and in time", () => {
  let deep: Loose = text("words");
  for (let i = 0; i < 2000; ++i) deep = { kind: "quote", children: [deep] };
  expect(wordsOf([full(deep)])).toBe("words");
  expect(show([deep]).textContent).toContain("words");
});

test("pictures inside of the text are known", () => {
  expect([...filesInside([full({ kind: "paragraph", children: [{ kind: "image", attachment: 3 }, text("x")] })])]).toEqual([3]);
});
