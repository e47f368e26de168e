// SPDX-License-Identifier: Apache-2.0
// What a page must never do: break its own policy, throw, complain on the console, or talk to another origin.
import type { BrowserContext, Page } from "@playwright/test";

export class Faults {
  private readonly found: string[] = [];
  private readonly expected: RegExp[] = [];

  constructor(private readonly origin: () => string) {}

  /** A complaint that this test provokes. Chromium writes a line for every answer of 400 and more. */
  expect(...patterns: RegExp[]) {
    this.expected.push(...patterns);
  }

  async watch(context: BrowserContext) {
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    context.on("page", (page) => this.watchPage(page));
    context.on("weberror", (error) => this.note(`page error: ${error.error().message}`));
    context.on("console", (message) => {
      if (message.type() === "error") this.note(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("request", (request) => {
      const url = request.url();
      if (/^(data|blob|about):/.test(url)) return;
      const origin = this.origin();
      if (url === origin || url.startsWith(`${origin}/`)) return;
      this.note(`request to another origin: ${url}`);
    });
  }

  private watchPage(page: Page) {
    page.on("crash", () => this.note("the page crashed"));
    page.on("websocket", (socket) => {
      const own = this.origin().replace(/^http/, "ws");
      if (!socket.url().startsWith(`${own}/`)) this.note(`socket to another origin: ${socket.url()}`);
    });
  }

  note(fault: string) {
    this.found.push(fault);
  }

  /** What was found and not expected. */
  all(): string[] {
    return this.found.filter((fault) => !this.expected.some((pattern) => pattern.test(fault)));
  }
}
