#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs testssl against a server on this machine and fails on every finding from LOW upwards, but for those that any
# private authority has: no revocation list, no CAA record, and a root that testssl does not know unless it is given.
#   tests/fault/testssl_check.sh PORT [CA.pem]
set -euo pipefail

port=${1:?usage: testssl_check.sh PORT [CA.pem]}
authority=${2:-}
command -v testssl >/dev/null || { echo "testssl_check: install testssl.sh" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Its exit status is the number of findings or a fault of its own; what counts is in the file.
options=(--quiet --color 0 --warnings off --jsonfile "$work/findings.json")
[[ -z $authority ]] || options+=(--add-ca "$authority")
testssl "${options[@]}" "localhost:$port" >"$work/out.txt" 2>&1 </dev/null || true

python3 - "$work/findings.json" "$authority" <<'PYTHON' || { tail -5 "$work/out.txt" >&2; exit 1; }
import json, sys
from collections import Counter

try:
    findings = json.load(open(sys.argv[1]))
except (OSError, ValueError) as fault:
    sys.exit(f"testssl_check: testssl left no findings: {fault}")
# engine_problem is said of the openssl that testssl itself calls.
tolerated = {"engine_problem", "cert_revocation", "cert_crlRevoked", "cert_ocspRevoked", "DNS_CAArecord"}
if not sys.argv[2]:
    tolerated.add("cert_chain_of_trust")
bad = [f for f in findings if f["severity"] not in ("OK", "INFO", "DEBUG") and f["id"] not in tolerated]
for finding in bad:
    print(f'{finding["severity"]:8} {finding["id"]}: {finding["finding"]}')
seen = Counter(f["severity"] for f in findings)
# A run that never got through the door finds nothing, which is no good sign.
proved = {f["id"]: f["severity"] for f in findings}
complete = proved.get("TLS1_2") == "OK" and proved.get("TLS1_3") == "OK" and proved.get("HSTS_time") == "OK" and seen["OK"] >= 30
if not complete:
    print("testssl did not reach TLS 1.2, TLS 1.3 and the headers")
print(f'testssl: {seen["OK"]} OK, {seen["INFO"]} INFO, {len(bad)} findings from LOW upwards beside those of a private authority')
sys.exit(1 if bad or not complete else 0)
PYTHON
