// SPDX-License-Identifier: Apache-2.0
// Where the boxes and arrows of a workflow stand, by dagre. Pure: the same states and steps give the same drawing.
import { graphlib, layout } from "@dagrejs/dagre";

export interface GraphState {
  name: string;
  label: string;
  category: string;
}
export interface GraphStep {
  name: string;
  label: string;
  from: readonly string[];
  to: string;
}
export interface Box extends GraphState {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Arrow {
  from: string;
  to: string;
  labels: string[];
  path: string;
  x: number;
  y: number;
}
export interface Drawing {
  /** Where the drawing begins; arrows may run beside the boxes. */
  left: number;
  top: number;
  width: number;
  height: number;
  boxes: Box[];
  arrows: Arrow[];
}

// Chinese characters are as wide as they are high, others about half of that.
const wide = (text: string, size: number) => [...text].reduce((sum, char) => sum + (char > "\u2e7f" ? size : size * 0.56), 0);

/** `labelled` leaves room on each arrow for the names of its steps. */
export function draw(states: readonly GraphState[], steps: readonly GraphStep[], direction: "TB" | "LR" = "TB", labelled = false): Drawing {
  const graph = new graphlib.Graph({ multigraph: false });
  graph.setGraph({ rankdir: direction, nodesep: 26, ranksep: direction === "TB" ? 34 : 60, edgesep: 12, marginx: 10, marginy: 10 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const state of states) graph.setNode(state.name, { width: Math.max(76, wide(state.label, 13) + 34), height: 34 });
  const labels = new Map<string, string[]>();
  for (const step of steps)
    for (const from of step.from) {
      if (from === step.to || !graph.hasNode(from) || !graph.hasNode(step.to)) continue;
      const key = `${from}\u0000${step.to}`;
      labels.set(key, [...(labels.get(key) ?? []), step.label]);
    }
  for (const key of labels.keys()) {
    const [from, to] = key.split("\u0000") as [string, string];
    const names = labels.get(key) ?? [];
    graph.setEdge(from, to, labelled ? { weight: 1, width: Math.max(...names.map((name) => wide(name, 11))) + 10, height: names.length * 14 + 4, labelpos: "c" } : { weight: 1 });
  }
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  const boxes = states.map((state) => {
    const { x, y, width, height } = graph.node(state.name) as { x: number; y: number; width: number; height: number };
    return { ...state, x: x - width / 2, y: y - height / 2, width, height };
  });
  const arrows = graph.edges().map(({ v, w }: { v: string; w: string }) => {
    const { points, x, y } = graph.edge(v, w) as { points: { x: number; y: number }[]; x?: number; y?: number };
    const [first, ...rest] = points as [{ x: number; y: number }, ...{ x: number; y: number }[]];
    const middle = points[Math.floor(points.length / 2)] ?? first;
    let path = `M${first.x},${first.y}`;
    for (let i = 0; i < rest.length - 1; ++i) {
      const here = rest[i] as { x: number; y: number };
      const next = rest[i + 1] as { x: number; y: number };
      path += ` Q${here.x},${here.y} ${(here.x + next.x) / 2},${(here.y + next.y) / 2}`;
    }
    const last = rest.at(-1) ?? first;
    path += ` L${last.x},${last.y}`;
    return { from: v, to: w, labels: labels.get(`${v}\u0000${w}`) ?? [], path, x: labelled ? (x ?? middle.x) : middle.x, y: labelled ? (y ?? middle.y) : middle.y };
  });
  const xs = [0, size.width ?? 0, ...graph.edges().flatMap((edge: { v: string; w: string }) => (graph.edge(edge.v, edge.w) as { points: { x: number }[] }).points.map(({ x }) => x))];
  const ys = [0, size.height ?? 0, ...graph.edges().flatMap((edge: { v: string; w: string }) => (graph.edge(edge.v, edge.w) as { points: { y: number }[] }).points.map(({ y }) => y))];
  const room = 6;
  const left = Math.floor(Math.min(...xs) - room);
  const top = Math.floor(Math.min(...ys) - room);
  return { left, top, width: Math.ceil(Math.max(...xs) + room) - left, height: Math.ceil(Math.max(...ys) + room) - top, boxes, arrows };
}
