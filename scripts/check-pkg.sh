#!/usr/bin/env bash
# Does the committed pkg/ belong to the committed sources? It was written by build.sh with the hashes of what it was
# built from and of what came out.   --sources prints the first part as it is now.
. "$(dirname "$0")/env.sh"
RECORD=pkg/SOURCES.sha256

sources() {
  { printf '%s\n' Cargo.toml Cargo.lock scripts/build.sh; find src -type f; } | LC_ALL=C sort | xargs -d '\n' sha256sum
}

if [ "${1:-}" = --sources ]; then sources; exit; fi
[ -f "$RECORD" ] || fail "pkg/ is missing or was not made by scripts/build.sh: run make build"
if ! difference=$(diff <(grep -v '  pkg/' "$RECORD") <(sources)); then
  say "$difference" | awk '/^[<>]/ { print "  " $3 }' | sort -u >&2
  fail "pkg/ was built from other sources (the files above differ): run make build"
fi
grep '  pkg/' "$RECORD" | sha256sum --check --quiet - || fail "pkg/ is not what was built: run make build"
say "pkg/ belongs to the sources."
