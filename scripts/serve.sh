#!/bin/sh
# Serves the page with whichever of Python 3 and Node this machine has.
set -eu
cd "$(dirname "$0")/.."
for python in python3 python; do
  # Asking for the version also skips a `python` that is Python 2, or a stub that opens a shop.
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))' >/dev/null 2>&1; then
    exec "$python" scripts/serve.py "$@"
  fi
done
if command -v node >/dev/null 2>&1; then
  exec node scripts/serve.mjs "$@"
fi
echo "Serving the page needs Python 3 or Node, and neither was found. Any other static web server will do too." >&2
exit 1
