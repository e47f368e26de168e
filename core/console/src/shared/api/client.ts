// SPDX-License-Identifier: Apache-2.0
// The one way to the server: JSON in and out, problems as ApiError, a key on every POST so that a repetition does nothing,
// versions by ETag. Typed by the server's own description (schema.gen.d.ts).
import { said } from "../i18n";
import { reading } from "./calm";
import { randomId } from "./id";
import { routes } from "./routes.gen";
import type { components, paths } from "./schema.gen";

export type Schemas = components["schemas"];
export type Verb = "get" | "post" | "put" | "patch" | "delete";

/** What a refusal says, each sentence in English and, where people may read it, in Chinese. */
type Problem = Partial<Schemas["Problem"]>;

/** A refusal by the server, or (`code` "network" or "timeout") no answer at all. It speaks the language that the page has when it is read. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly allowed: readonly string[];
  readonly retryAfter: number;
  private readonly problem: Problem;

  constructor(status: number, problem: Problem, retryAfter = 0) {
    super(problem.detail ?? problem.title ?? problem.code ?? String(status));
    this.status = status;
    this.code = problem.code ?? "internal";
    this.requestId = problem.request_id ?? "";
    this.allowed = problem.allowed ?? [];
    this.retryAfter = retryAfter;
    this.problem = problem;
  }

  /** What happened in this case and what to do about it; may be empty. */
  get detail(): string {
    return said(this.problem, "detail");
  }
  /** One sentence about this kind of refusal, in English. */
  get title(): string {
    return this.problem.title ?? "";
  }
  get fields(): readonly { pointer: string; message: string }[] {
    return (this.problem.fields ?? []).map((one) => ({ pointer: one.pointer, message: said(one, "message") }));
  }

  /** Whether nobody can say if the server got it; the same key may be sent again. */
  get unanswered(): boolean {
    return this.code === "network" || this.code === "timeout";
  }
  /** Whether trying again later may help. */
  get passing(): boolean {
    return this.unanswered || this.status === 429 || this.status === 502 || this.status === 503;
  }
  /** What was said about one member of the body. */
  field(name: string): string | undefined {
    return this.fields.find(({ pointer }) => pointer === name || pointer === `/${name}` || pointer.startsWith(`/${name}/`))?.message;
  }
}

export interface Answer<T> {
  data: T;
  status: number;
  /** The ETag as it came, to be sent back as `ifMatch`. */
  version: string;
  location: string;
}

export interface Asked {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  ifMatch?: string;
  /** The Idempotency-Key of a POST; made anew when absent. */
  key?: string;
  signal?: AbortSignal;
  /** Milliseconds without a sign of the server until it counts as unanswered. */
  timeout?: number;
  /** Sent as `Authorization: Bearer`, for pages that are opened by a link. */
  bearer?: string;
}

const base = "/api/v1";

/** What is told after each answer: whether the server was reached, and its clock. Set once by the page. */
export const observers: { reached?: (yes: boolean, serverTime?: number) => void; signedOut?: () => void } = {};

/** Whether the server that these pages belong to has a route, for example "POST /tickets/{ticket_id}/guests". */
export function has(route: string): boolean {
  return routes.includes(route);
}

export function urlOf(path: string, asked: Pick<Asked, "path" | "query"> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = asked.path?.[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    if (value === undefined || value === null || value === "") continue;
    query.set(name, Array.isArray(value) ? value.join(",") : typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  const text = query.toString();
  return `${filled.startsWith(base) ? "" : base}${filled}${text ? `?${text}` : ""}`;
}

/** The whole body, text where it is JSON; `heard` is called for each piece of it, for one that is long may take its time. */
async function bodyOf(response: Response, heard: () => void): Promise<string | Blob> {
  const type = response.headers.get("Content-Type") ?? "";
  const words = type.includes("json") ? new TextDecoder() : undefined;
  let text = "";
  const pieces: BlobPart[] = [];
  const reader = response.body?.getReader();
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    heard();
    if (words) text += words.decode(piece.value, { stream: true });
    else pieces.push(piece.value as Uint8Array<ArrayBuffer>);
  }
  return words ? text + words.decode() : new Blob(pieces, { type });
}

function problemOf(response: Response, body: string | Blob): ApiError {
  let problem: Problem = { code: response.status === 503 ? "overloaded" : "internal" };
  try {
    if (typeof body === "string") problem = JSON.parse(body) as Problem;
  } catch {
    // Something between us and the server answered; its page says nothing to us.
  }
  return new ApiError(response.status, problem, Number(response.headers.get("Retry-After") ?? 0));
}

/** A request by its bare parts; `request` below is the typed one. */
export async function send<T = unknown>(verb: Verb, path: string, asked: Asked = {}): Promise<Answer<T>> {
  const answered = verb === "get" ? reading() : undefined;
  try {
    return await exchange<T>(verb, path, asked);
  } finally {
    answered?.();
  }
}
async function exchange<T>(verb: Verb, path: string, asked: Asked): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const upload = asked.body instanceof Blob;
  if (asked.body !== undefined) headers["Content-Type"] = upload ? "application/octet-stream" : "application/json";
  if (asked.ifMatch) headers["If-Match"] = asked.ifMatch;
  if (asked.bearer) headers["Authorization"] = `Bearer ${asked.bearer}`;
  if (verb === "post") headers["Idempotency-Key"] = asked.key ?? randomId();

  const abort = new AbortController();
  let late = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waitAnew = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      abort.abort();
    }, asked.timeout ?? (upload ? 600_000 : 30_000));
  };
  waitAnew();
  const stop = () => abort.abort();
  asked.signal?.addEventListener("abort", stop);
  if (asked.signal?.aborted) stop();
  let response: Response;
  let body: string | Blob;
  try {
    response = await fetch(urlOf(path, asked), {
      method: verb.toUpperCase(),
      headers,
      body: asked.body === undefined ? undefined : upload ? (asked.body as Blob) : JSON.stringify(asked.body),
      credentials: asked.bearer ? "omit" : "same-origin",
      cache: "no-store",
      signal: abort.signal,
    });
    body = await bodyOf(response, waitAnew);
  } catch (failure) {
    if (asked.signal?.aborted) throw failure;
    observers.reached?.(false);
    throw new ApiError(0, { code: late ? "timeout" : "network" });
  } finally {
    clearTimeout(timer);
    asked.signal?.removeEventListener("abort", stop);
  }
  const date = Date.parse(response.headers.get("Date") ?? "");
  observers.reached?.(true, Number.isNaN(date) ? undefined : date);
  if (!response.ok) {
    const problem = problemOf(response, body);
    if (problem.status === 401 && !asked.bearer && path !== "/sessions") observers.signedOut?.();
    throw problem;
  }
  const data = (response.status === 204 ? undefined : typeof body === "string" ? JSON.parse(body) : body) as T;
  return { data, status: response.status, version: response.headers.get("ETag") ?? "", location: response.headers.get("Location") ?? "" };
}

// ---- types of the typed request ----
type Operation<P extends keyof paths, V extends Verb> = paths[P] extends { [K in V]: infer O } ? O : never;
type PathsWith<V extends Verb> = {
  [P in keyof paths]: paths[P] extends { [K in V]: infer O } ? ([O] extends [undefined | never] ? never : P) : never;
}[keyof paths];
type Short<P> = P extends `/api/v1${infer Rest}` ? Rest : never;
type Long<S extends string> = `/api/v1${S}` & keyof paths;
type Parameters_<O, Where extends "path" | "query"> = O extends { parameters: infer A } ? (A extends { [K in Where]?: infer X } ? X : undefined) : undefined;
type ContentOf<R> = [NonNullable<R>] extends [never] ? undefined : NonNullable<R> extends { content: { "application/json": infer B } } ? B : NonNullable<R> extends { content: { "application/octet-stream": unknown } } ? Blob : undefined;
type BodyOf<O> = O extends { requestBody?: infer R } ? ContentOf<R> : undefined;
type AnswerOf<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 202 ? (R[S] extends { content: { "application/json": infer D } } ? D : R[S] extends { content: { "application/octet-stream": unknown } } ? Blob : undefined) : never }[keyof R]
  : unknown;
type Given<O> = Omit<Asked, "path" | "query" | "body"> &
  (Parameters_<O, "path"> extends undefined ? object : { path: Parameters_<O, "path"> }) &
  (Parameters_<O, "query"> extends undefined ? object : { query?: Partial<NonNullable<Parameters_<O, "query">>> }) &
  (BodyOf<O> extends undefined ? object : { body: BodyOf<O> });

/** A typed request: `request("get", "/tickets/{ticket_id}", { path: { ticket_id: 7 } })`. */
export function request<V extends Verb, S extends Short<PathsWith<V>>>(verb: V, path: S, asked?: Given<Operation<Long<S>, V>>): Promise<Answer<AnswerOf<Operation<Long<S>, V>>>> {
  return send(verb, path as string, asked as Asked | undefined);
}

export const get = <S extends Short<PathsWith<"get">>>(path: S, asked?: Given<Operation<Long<S>, "get">>) => request("get", path, asked);
export const post = <S extends Short<PathsWith<"post">>>(path: S, asked?: Given<Operation<Long<S>, "post">>) => request("post", path, asked);
export const put = <S extends Short<PathsWith<"put">>>(path: S, asked?: Given<Operation<Long<S>, "put">>) => request("put", path, asked);
export const patch = <S extends Short<PathsWith<"patch">>>(path: S, asked?: Given<Operation<Long<S>, "patch">>) => request("patch", path, asked);
export const remove = <S extends Short<PathsWith<"delete">>>(path: S, asked?: Given<Operation<Long<S>, "delete">>) => request("delete", path, asked);

/** All pages of a list that is known to be short. */
export async function everything<T>(path: string, query: Record<string, unknown> = {}, most = 2000): Promise<T[]> {
  const all: T[] = [];
  let cursor: unknown;
  do {
    const { data } = await send<{ items: T[]; next?: string | null }>("get", path, { query: { limit: 200, ...query, cursor } });
    all.push(...data.items);
    cursor = data.next;
  } while (cursor && all.length < most);
  return all;
}
