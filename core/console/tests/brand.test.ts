// SPDX-License-Identifier: Apache-2.0
// The name of the desk, however it is written, is read whole and changed alone.
import { mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, test } from "vitest";
import { nextTick } from "vue";
import { useDefinitions } from "@/admin/definitions/draft";
import { setValue } from "@/admin/definitions/yaml_text";
import { readBrand, withBrand } from "@/admin/rules/brand_text";
import BrandScreen from "@/admin/rules/BrandScreen.vue";
import { i18n } from "@/shared/i18n";

const desk = (name: string, rest = "  ticket_prefix: T   # 前缀\n  zone: Asia/Shanghai\n") => `# 台\ndesk:\n${name}\n${rest}\nteams: {}\n`;
const nameOf = (text: string) => {
  const { zh, en } = readBrand(text).brand;
  return [zh, en];
};

describe("a name", () => {
  test.each([
    ["in braces", '  name: {zh: 云杉电器, en: "Acme Co., Ltd."}  # 名称', "云杉电器", "Acme Co., Ltd."],
    ["in braces, the other way round", `  name: {en: 'It''s "here"', zh: "云杉\\u0021 \\"电器\\""}`, '云杉! "电器"', `It's "here"`],
    ["over lines in braces", '  name: {\n    zh: 云杉 # 中文 }\n    , en: "A # {b}: c",\n  }', "云杉", "A # {b}: c"],
    ["as lines below", '  name:   # 名称\n    # 中文\n    zh: 云杉, 电器\n\n    en: "Acme Co., Ltd. # 1"  # 英文', "云杉, 电器", "Acme Co., Ltd. # 1"],
    ["alone", '  name: "云杉: {电器}"', "云杉: {电器}", undefined],
    ["alone and bare", "  name: 云杉 a:b#c  # 名称", "云杉 a:b#c", undefined],
  ])("%s", (_, written, zh, en) => {
    const text = desk(written);
    expect(nameOf(text)).toEqual([zh, en ?? ""]);
    expect(readBrand(text).unread).toEqual([]);
    for (const [key, other] of [["zh", "en"], ["en", "zh"]] as const) {
      const said = 'New "Co.", {Ltd}: # \\';
      const changed = withBrand(text, key, said);
      expect(readBrand(changed).brand).toEqual({ ...readBrand(text).brand, [key]: said });
      // The other member stands there as it was written, and so do comments and all around the name.
      expect(changed.split("\n").slice(-5)).toEqual(text.split("\n").slice(-5));
      for (const comment of written.match(/# [\u4e00-\u9fff]+/g) ?? []) expect(changed).toContain(comment);
      const raw = new RegExp(`${other}: ("(?:[^"\\\\]|\\\\.)*"|'(?:[^']|'')*')`).exec(written)?.[0];
      if (raw) expect(changed).toContain(raw);
    }
    expect(nameOf(withBrand(text, "en", ""))).toEqual([zh, ""]);
  });
  test("that was not published is what is shown, and without English gets one", () => {
    expect(nameOf(desk("  name: {en: Acme}"))).toEqual(["", "Acme"]);
    expect(withBrand(desk("  name: {en: Acme}"), "zh", "云杉")).toContain("  name: {en: Acme, zh: 云杉}\n");
    expect(withBrand(desk("  name: {zh: 云杉, en: Acme}"), "en", "")).toContain("  name: {zh: 云杉}\n");
    expect(withBrand(desk("  name: {en: Acme, zh: 云杉}"), "en", "")).toContain("  name: {zh: 云杉}\n");
  });
  test("that is written in another way is left to the editor", () => {
    for (const name of ["  name: &n {zh: a}", "  name: {zh: [a]}", "  name:\n    zh: >\n      a", '  name: "a\n    b"', '  name: {zh: "\\q"}', '  name: "a" b', "  name: {zh: a"]) {
      const { unread, brand } = readBrand(desk(name));
      expect([name, unread, brand.zh]).toEqual([name, ["zh", "en"], undefined]);
    }
    expect(readBrand("desk: {name: a}\n").unread).toHaveLength(5);
    expect(readBrand(desk("  name: a", "")).unread).toEqual([]);
  });
});

test("a value keeps its comment, and a # in quotes is none", () => {
  const text = desk('  name: "A # b"   # 名称');
  expect(setValue(text, ["desk", "name"], "C")).toContain("\n  name: C   # 名称\n");
  expect(setValue(desk('  name: "A # b"'), ["desk", "name"], "C")).toContain("\n  name: C\n");
  expect(withBrand(text, "prefix", "NO")).toContain('  ticket_prefix: "NO"   # 前缀\n');
  expect(withBrand(text, "zone", "Europe/Berlin")).toContain("  zone: Europe/Berlin\n");
});

describe("the page", () => {
  beforeEach(() => {
    localStorage.clear();
    setActivePinia(createPinia());
  });
  test("writes what was changed and nothing else, and keeps what may not be written", async () => {
    const definitions = useDefinitions();
    definitions.load = () => Promise.resolve();
    const text = desk('  name: {zh: "云杉", en: "Acme Co., Ltd."}');
    definitions.base = { publication: 1, digest: "d", at: "", by: "", files: { "desk.yaml": text } };
    const page = mount(BrandScreen, { global: { plugins: [i18n], stubs: { RouterLink: true, DButton: true } } });
    await nextTick();
    const [zh, en, prefix] = page.findAll("input");
    expect(en?.element.value).toBe("Acme Co., Ltd.");
    await page.find("form").trigger("change");
    expect(definitions.edits).toEqual({});
    await prefix?.setValue("不行");
    await zh?.setValue("雪松");
    await page.find("form").trigger("change");
    expect(definitions.files["desk.yaml"]).toBe(text.replace('"云杉"', "雪松"));
    expect(prefix?.element.value).toBe("不行");
    // The same file, changed in the editor.
    definitions.edit("desk.yaml", text.replace('"云杉"', "红松"));
    await nextTick();
    expect(zh?.element.value).toBe("红松");
    page.unmount();
  });
});
