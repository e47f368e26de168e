// SPDX-License-Identifier: Apache-2.0

/** The ETag of a version, as the server writes it. */
export const etagOf = (version: number) => `"v${version}"`;
