// SPDX-License-Identifier: Apache-2.0
// One look at one screen: it is still, free of axe findings, nothing is cut off or untranslated, and its picture is kept.
import type { Page } from "@playwright/test";
import axe from "axe-core";
import * as fs from "node:fs";
import * as path from "node:path";
import { full, place } from "./place.ts";
import { settled } from "./quiet.ts";
import { expect, type Variant } from "./test.ts";

/** Both languages, themes and widths; at small size each of them once. */
export const variants: Variant[] = full
  ? (["zh", "en"] as const).flatMap((language) =>
      (["light", "dark"] as const).flatMap((theme) =>
        ([1366, 390] as const).map((width) => ({ language, theme, width })),
      ),
    )
  : [
      { language: "zh", theme: "light", width: 1366 },
      { language: "en", theme: "dark", width: 390 },
    ];

export const variantName = (v: Variant) => `${v.language}-${v.theme}-${v.width}`;

interface LookOptions {
  /** Words that may stand on an English page in Chinese: names and texts of people. */
  foreign?: RegExp;
  /** Only what is in view, for pages that scroll without end. */
  viewport?: boolean;
}

export async function look(page: Page, name: string, variant: Variant, options: LookOptions = {}) {
  await settled(page);
  const file = path.join(place.screens, variantName(variant), `${name}.png`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file, fullPage: !options.viewport, animations: "disabled" });

  const where = `${name}, ${variantName(variant)}`;
  const findings = await axeFindings(page);
  expect.soft(findings, `axe: ${where}`).toEqual([]);
  expect.soft(await cutOff(page), `cut off: ${where}`).toEqual([]);
  expect.soft(await untranslated(page, variant.language, options.foreign), `language: ${where}`).toEqual([]);
}

/** Asked inside of the page: axe's own driver opens another page for each answer, which takes longer than the answer. */
async function axeFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
      resultTypes: ["violations"],
      iframes: false,
    });
    return violations.flatMap((found) => found.nodes.map((node) => `${found.id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`));
  });
}

/** A page that scrolls sideways, and texts that do not fit their box and do not say so by an ellipsis with a title. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    const inside = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      if (!own || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      // What only screen readers see is a clipped pixel by intent.
      if (box.width <= 1 || box.height <= 1) continue;
      const clips = style.overflowX === "hidden" || style.overflowX === "clip";
      const wide = clips && element.scrollWidth > element.clientWidth + 1;
      const high =
        (style.overflowY === "hidden" || style.overflowY === "clip") && element.scrollHeight > element.clientHeight + 2;
      // An ellipsis is fine where the whole text is one move away: in a tip, or behind the link or row that it stands in.
      const told = element.closest("[title], [data-tip], a[href], [role=option], .ticket-row .second") !== null;
      if ((wide || high) && !told) found.push(`cut off: ${inside(element.textContent ?? "")}`);
      const scrolled = (() => {
        for (let up = element.parentElement; up; up = up.parentElement) {
          if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
        }
        return false;
      })();
      if (!scrolled && box.right > width + 1) found.push(`beyond the edge: ${inside(element.textContent ?? "")}`);
    }
    return found;
  });
}

/** Keys shown instead of texts; on an English page also Chinese words that are nobody's data. */
async function untranslated(page: Page, language: string, foreign?: RegExp): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || /^(SCRIPT|STYLE|NOSCRIPT|TEXTAREA)$/.test(element.tagName)) continue;
      if (element.closest('[lang|="zh"]:not(html), [data-text]')) continue;
      const text = node.textContent?.trim();
      if (text) found.push(text);
    }
    for (const element of document.querySelectorAll("[aria-label],[placeholder],[title],[alt]")) {
      for (const name of ["aria-label", "placeholder", "title", "alt"]) {
        const text = element.getAttribute(name)?.trim();
        if (text && !element.closest("[data-text]")) found.push(text);
      }
    }
    return { texts: found, lang: document.documentElement.lang };
  });
  const found: string[] = [];
  if (!texts.lang.startsWith(language)) found.push(`<html lang> is "${texts.lang}"`);
  for (const text of texts.texts) {
    if (/^[a-z][a-z0-9_]*(\.[a-z0-9_]+){1,4}$/.test(text) && !/\.(png|pdf|yaml|json|csv|xlsx)$/.test(text)) found.push(`a key: ${text}`);
    if (/undefined|\[object |NaN|Invalid Date/.test(text)) found.push(`a slip: ${text}`);
    if (language === "en" && /[\u4e00-\u9fff]/.test(foreign ? text.replace(new RegExp(foreign, "g"), "") : text)) {
      found.push(`Chinese: ${text}`);
    }
  }
  return [...new Set(found)];
}
