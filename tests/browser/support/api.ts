// SPDX-License-Identifier: Apache-2.0
// A client for the API that trusts the desk's own authority and speaks with one person's credentials.
import * as crypto from "node:crypto";
import * as https from "node:https";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  bytes: Buffer;
}

export interface CallOptions {
  body?: unknown;
  /** Sent as they are, with this media type. */
  bytes?: Buffer;
  type?: string;
  headers?: Record<string, string>;
}

/** A refusal where success was expected. */
export class Refused extends Error {
  constructor(
    readonly what: string,
    readonly answer: Answer,
  ) {
    super(`${what} was answered ${answer.status} ${answer.text}`);
  }
}

export class Api {
  private readonly agent: https.Agent;

  constructor(
    readonly origin: string,
    private readonly ca: Buffer,
    /** Authorization or Cookie. */
    private readonly credentials: Record<string, string> = {},
  ) {
    this.agent = new https.Agent({ ca, keepAlive: true });
  }

  with(credentials: Record<string, string>): Api {
    return new Api(this.origin, this.ca, credentials);
  }
  bearer(secret: string): Api {
    return this.with({ authorization: `Bearer ${secret}` });
  }

  /** One exchange, whatever its answer. */
  send(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const bytes =
      options.bytes ?? (options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body)));
    const headers: Record<string, string> = { ...this.credentials, ...options.headers };
    if (bytes) {
      headers["content-type"] = options.type ?? "application/json";
      headers["content-length"] = String(bytes.length);
    } else if (method !== "GET" && method !== "HEAD") {
      headers["content-length"] = "0";
    }
    if (headers.cookie && method !== "GET") headers.origin = this.origin;
    if (method === "POST" && !("idempotency-key" in headers)) headers["idempotency-key"] = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      const request = https.request(this.origin + path, { method, headers, agent: this.agent, timeout: 60_000 }, (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const body = Buffer.concat(parts);
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: body.toString("utf8"), bytes: body });
        });
      });
      request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer in 60 s`)));
      request.on("error", reject);
      request.end(bytes);
    });
  }

  /** The answer's JSON; throws Refused unless it is a success. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<any> {
    const options: CallOptions = {};
    if (body !== undefined) options.body = body;
    if (headers) options.headers = headers;
    const answer = await this.send(method, `/api/v1${path}`, options);
    if (answer.status < 200 || answer.status > 299) throw new Refused(`${method} ${path}`, answer);
    return answer.text ? JSON.parse(answer.text) : undefined;
  }
  get(path: string) {
    return this.call("GET", path);
  }
  post(path: string, body?: unknown) {
    return this.call("POST", path, body);
  }

  close() {
    this.agent.destroy();
  }
}
