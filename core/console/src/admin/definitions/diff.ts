// SPDX-License-Identifier: Apache-2.0
// The difference of two texts line by line, with the lines around each change.

export interface DiffLine {
  kind: "same" | "added" | "removed" | "gap";
  text: string;
  /** Line numbers in the old and the new text, from 1; 0 where there is none. */
  old: number;
  now: number;
}

const linesOf = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
// Beyond so many differing lines the shortest difference is not looked for any more.
const mostSteps = 4_000;

/** Myers' shortest script between two lists, as (old index, new index) pairs of equal lines. */
function matches(a: readonly string[], b: readonly string[]): [number, number][] {
  const most = Math.min(a.length + b.length, mostSteps);
  const trace: Map<number, number>[] = [];
  let frontier = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= most; ++d) {
    trace.push(new Map(frontier));
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && (frontier.get(k - 1) ?? -1) < (frontier.get(k + 1) ?? -1)) ? (frontier.get(k + 1) ?? 0) : (frontier.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        ++x;
        ++y;
      }
      frontier.set(k, x);
      if (x < a.length || y < b.length) continue;
      const pairs: [number, number][] = [];
      for (let back = d; back >= 0; --back) {
        const before = trace[back] as Map<number, number>;
        const kk = x - y;
        const previous = kk === -back || (kk !== back && (before.get(kk - 1) ?? -1) < (before.get(kk + 1) ?? -1)) ? kk + 1 : kk - 1;
        const px = before.get(previous) ?? 0;
        const py = px - previous;
        while (x > px && y > py && x > 0 && y > 0) pairs.push([--x, --y]);
        x = px;
        y = py;
      }
      return pairs.reverse();
    }
    frontier = new Map(frontier);
  }
  return [];
}

/** All lines, or with `around` only those near a change. */
export function diffLines(before: string, after: string, around = 3): DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) ++head;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) ++tail;
  const inner = matches(a.slice(head, a.length - tail), b.slice(head, b.length - tail)).map(([x, y]) => [x + head, y + head] as const);
  const all: DiffLine[] = [];
  let i = 0;
  let j = 0;
  const same = (x: number, y: number) => all.push({ kind: "same", text: a[x] ?? "", old: x + 1, now: y + 1 });
  const upTo = (x: number, y: number) => {
    while (i < x) all.push({ kind: "removed", text: a[i] ?? "", old: ++i, now: 0 });
    while (j < y) all.push({ kind: "added", text: b[j] ?? "", old: 0, now: ++j });
  };
  for (; i < head; ++i, ++j) same(i, j);
  for (const [x, y] of inner) {
    upTo(x, y);
    same(i++, j++);
  }
  upTo(a.length - tail, b.length - tail);
  while (i < a.length) same(i++, j++);
  return near(all, around);
}

function near(all: readonly DiffLine[], around: number): DiffLine[] {
  const keep = new Set<number>();
  all.forEach(({ kind }, index) => {
    if (kind === "same") return;
    for (let at = index - around; at <= index + around; ++at) keep.add(at);
  });
  const out: DiffLine[] = [];
  all.forEach((line, index) => {
    if (keep.has(index)) out.push(line);
    else if (out.length && out.at(-1)?.kind !== "gap" && [...keep].some((at) => at > index)) out.push({ kind: "gap", text: "", old: 0, now: 0 });
    else if (!out.length && keep.size) out.push({ kind: "gap", text: "", old: 0, now: 0 });
  });
  return out;
}

export function counted(before: string, after: string): { added: number; removed: number } {
  const lines = diffLines(before, after, 0);
  return { added: lines.filter(({ kind }) => kind === "added").length, removed: lines.filter(({ kind }) => kind === "removed").length };
}
