// SPDX-License-Identifier: Apache-2.0
// Waiting for what a page does by itself: as long as a busy machine may take, and no longer than it takes.
import { vi } from "vitest";

export const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 60_000 });
