// SPDX-License-Identifier: Apache-2.0
// A whole desk: the real program on a free port of loopback, with a data directory of its own and a small cast.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { Api } from "./api.ts";
import { place } from "./place.ts";

const run = promisify(execFile);
const password = "correct horse battery staple";

export interface DeskWish {
  /** Definitions to publish first; the shipped desk unless told. */
  config?: string;
  /** Believable tickets to fill it with. */
  demo?: number;
  /** Those without messages, as many are made quickly. */
  onlyMoves?: boolean;
  /** A data directory that is there, made by `docket demo`. A copy of it beside it is worked on; it stays as it is. */
  at?: string;
  /** It may run the plugins that were built beside the program; their secrets lie in `desk.secrets`. */
  plugins?: boolean;
  /** Nobody works there yet: the set-up wizard is open. */
  empty?: boolean;
  /** Of the people who work there; zh unless told. */
  language?: "zh" | "en";
}

export interface Person {
  login: string;
  name: string;
  english: string;
  grants: { role: string; team?: string }[];
  memberships: { team: string; lead?: boolean }[];
}

/** Who works at a desk under test. */
export const cast = {
  lin: {
    login: "lin",
    name: "林小满", english: "Lin Xiaoman",
    grants: [{ role: "agent" }],
    memberships: [{ team: "service" }, { team: "returns" }],
  },
  chen: {
    login: "chen",
    name: "陈嘉", english: "Chen Jia",
    grants: [{ role: "agent" }],
    memberships: [{ team: "service" }, { team: "returns" }],
  },
  zhou: {
    login: "zhou",
    name: "周主管", english: "Zhou Min",
    grants: [{ role: "lead" }],
    memberships: [
      { team: "service", lead: true },
      { team: "returns", lead: true },
    ],
  },
  wu: { login: "wu", name: "吴质检", english: "Wu Lei", grants: [{ role: "agent" }], memberships: [{ team: "quality" }] },
  qian: { login: "qian", name: "钱会计", english: "Qian Yue", grants: [{ role: "accountant" }], memberships: [{ team: "finance" }] },
  he: { login: "he", name: "何同事", english: "He Ping", grants: [{ role: "collaborator" }], memberships: [] },
} satisfies Record<string, Person>;

export type Who = keyof typeof cast | "admin";

export class Desk {
  /** With the admin's rights. */
  admin!: Api;
  /** Without credentials. */
  stranger!: Api;
  port = 0;
  private child: ChildProcess | undefined;
  private setupSecret = "";
  private readonly cookies = new Map<Who, string>();
  private readonly tokens = new Map<Who, string>();
  private before?: Map<string, { id: number }>;
  private readonly ids = new Map<Who, number>();

  private constructor(
    readonly directory: string,
    private readonly wish: DeskWish,
  ) {}

  static async make(wish: DeskWish = {}): Promise<Desk> {
    // Beside what is copied: the same file system, which may share what is in both.
    const desk = new Desk(fs.mkdtempSync(wish.at ? `${wish.at}-browser-` : path.join(os.tmpdir(), "docket-browser-")), wish);
    try {
      await desk.init();
      await desk.start();
      if (!wish.empty) await desk.populate();
      return desk;
    } catch (fault) {
      await desk.remove();
      throw fault;
    }
  }

  get data() {
    return path.join(this.directory, "desk");
  }
  /** Everything that the program has written to its log so far. */
  get log() {
    return fs.readFileSync(this.logFile, "utf8");
  }
  private get logFile() {
    return path.join(this.directory, "serve.log");
  }
  get origin() {
    return `https://localhost:${this.port}`;
  }
  get secret() {
    return this.setupSecret;
  }
  /** The directory that settings of plugins may name files in. */
  get secrets() {
    return path.join(this.directory, "secrets");
  }
  get pid() {
    return this.child?.pid;
  }

  /** Runs another command of the program on this desk. */
  async docket(command: string, ...rest: string[]): Promise<string> {
    const { stdout } = await run(place.docket, [command, "--data", this.data, ...rest], { maxBuffer: 64 << 20 });
    return stdout;
  }

  /** Copies a desk that nobody serves meanwhile. */
  private async copy(from: string) {
    const { bavail, bsize } = fs.statfsSync(this.directory);
    const needed = Number((await run("du", ["-sk", from])).stdout.split("\t")[0]) * 1024;
    if (bavail * bsize < needed + (1 << 30)) throw new Error(`${from} takes ${needed} bytes, and a copy of it beside it must fit: ${bavail * bsize} are free`);
    // The program's own lock: -n because a desk that is served would be copied half old and half new.
    await run("flock", ["-n", "-E", "75", path.join(from, "docket.lock"), "cp", "-a", "--reflink=auto", from, this.data]).catch((fault) => {
      throw fault.code === 75 ? new Error(`${from} is in use: stop what serves it`) : fault;
    });
  }

  private async init() {
    if (this.wish.at) return this.copy(this.wish.at);
    if (this.wish.plugins) fs.mkdirSync(this.secrets, { mode: 0o700 });
    const made = await this.docket("init", "--config", this.wish.config ?? path.join(place.root, "config"));
    this.setupSecret = /makes the first admin\): (\S+)/.exec(made)?.[1] ?? "";
    if (this.wish.demo) {
      await this.docket("demo", "--texts", path.join(place.root, "config/demo"), "--tickets", String(this.wish.demo), ...(this.wish.onlyMoves ? ["--only-moves"] : []));
    }
  }

  /** Whose pages it serves; others after an upgrade. */
  web = place.web;

  /** Serves, on the port that it had before, if it had one. */
  async start() {
    const log = fs.openSync(this.logFile, "a");
    const from = fs.fstatSync(log).size;
    this.child = spawn(
      place.docket,
      ["serve", "--data", this.data, "--port", String(this.port), "--web-root", this.web, ...(this.wish.plugins ? ["--plugin-dir", place.plugins, "--secrets", this.secrets] : [])],
      { stdio: ["ignore", "ignore", log] },
    );
    fs.closeSync(log);
    const ended = once(this.child, "exit");
    // A ceiling: a large desk of an older version is first copied and then brought up to date.
    const deadline = Date.now() + (this.wish.at ? 1_800_000 : 300_000);
    for (;;) {
      const lines = fs.readFileSync(this.logFile).subarray(from).toString("utf8").split("\n");
      const serving = lines.find((line) => line.includes('"event":"serving"'));
      if (serving) {
        this.port = JSON.parse(serving).port;
        break;
      }
      const gone = await Promise.race([ended.then(() => true), new Promise((wake) => setTimeout(wake, 20, false))]);
      if (gone || Date.now() > deadline) throw new Error(`the server did not start: ${lines.join("\n")}`);
    }
    const ca = fs.readFileSync(path.join(this.data, "tls/ca.pem"));
    this.stranger = new Api(this.origin, ca);
    const token = this.tokens.get("admin");
    if (token) this.admin = this.stranger.bearer(token);
  }

  /** Asks it to stop, or kills it. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM") {
    const child = this.child;
    this.child = undefined;
    this.stranger?.close();
    this.admin?.close();
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  async remove() {
    await this.stop();
    if (process.env.DOCKET_KEEP) console.log(`kept: ${this.directory}`);
    else fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private async populate() {
    const opened = this.wish.demo || this.wish.at
      ? await this.open("admin", fs.readFileSync(path.join(this.data, "demo-password"), "utf8").trim())
      : await this.stranger.send("POST", "/api/v1/setup", {
          body: { secret: this.setupSecret, login: "admin", name: this.wish.language === "en" ? "Administrator" : "管理员", password, language: this.wish.language ?? "zh" },
        });
    const cookie = this.keep("admin", opened);
    const asAdmin = this.stranger.with({ cookie });
    this.admin = this.stranger.bearer(await this.token(asAdmin, "admin"));
    for (const [who, person] of Object.entries(cast)) {
      const user = await this.person({ ...person, ...(this.wish.language === "en" ? { name: person.english } : {}), english: undefined, language: this.wish.language ?? "zh" });
      this.ids.set(who as Who, user.id);
      await this.admin.call("PUT", `/users/${user.id}/presence`, { presence: "online" });
    }
  }

  /** Makes somebody; on a desk that was used before they may be there. */
  private async person(wish: { login: string; [member: string]: unknown }): Promise<{ id: number }> {
    const known = this.wish.at ? (await this.people()).get(wish.login) : undefined;
    return known ?? this.admin.post("/users", wish);
  }

  /** Who was there before, by login; read once, since a large desk has many pages of them. */
  private async people(): Promise<Map<string, { id: number }>> {
    if (this.before) return this.before;
    this.before = new Map();
    for (let cursor = ""; ; ) {
      const { items, next } = await this.admin.get(`/users?limit=200${cursor}`);
      for (const one of items as { id: number; login: string }[]) this.before.set(one.login, one);
      if (!next) return this.before;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }

  /** An agent of these teams, online. The token that they work with. */
  async agent(login: string, teams: string[]): Promise<string> {
    const { id } = await this.person({ login, name: login, grants: [{ role: "agent" }], memberships: teams.map((team) => ({ team })), language: "zh" });
    await this.admin.call("PUT", `/users/${id}/presence`, { presence: "online" });
    return this.token(this.admin, login, id);
  }

  private async token(asAdmin: Api, name: string, user?: number): Promise<string> {
    const { rights } = await asAdmin.get("/me");
    const made = await asAdmin.post("/tokens", { name, scopes: rights, ...(user ? { user } : {}) });
    this.tokens.set(name as Who, made.secret);
    return made.secret;
  }

  private keep(who: Who, opened: { status: number; text: string; headers: Record<string, unknown> }): string {
    if (opened.status !== 201) throw new Error(`${who} could not sign in: ${opened.status} ${opened.text}`);
    const cookie = String(opened.headers["set-cookie"]).split(";")[0] ?? "";
    this.cookies.set(who, cookie);
    return cookie;
  }

  private open(login: string, secret: string) {
    return this.stranger.send("POST", "/api/v1/sessions", { body: { login, password: secret } });
  }

  /** Whether this program has a route, for example "/portal/desk". */
  async has(route: string): Promise<boolean> {
    const { paths } = await this.stranger.get("/openapi.json");
    return `/api/v1${route}` in paths;
  }

  id(who: Who): number {
    const id = this.ids.get(who);
    if (!id) throw new Error(`nobody is called ${who}`);
    return id;
  }
  get password() {
    return password;
  }

  /** Gives that person a password, once, and opens a session. The cookie, as name=value. */
  async session(who: Who): Promise<string> {
    const kept = this.cookies.get(who);
    if (kept) return kept;
    await this.admin.call("PUT", `/users/${this.id(who)}/password`, { password });
    return this.keep(who, await this.open(who, password));
  }

  /** The API as that person, with a session of theirs. */
  async as(who: Who): Promise<Api> {
    return this.stranger.with({ cookie: await this.session(who) });
  }
}
