#!/usr/bin/env bash
# Install the Debian packages that tests need and that are missing. Where that cannot be done it is
# no fault: the tests in question are not run, and say so.
set -u

has() {
  local program
  for program; do
    if command -v "$program" >/dev/null; then return 0; fi
  done
  return 1
}

missing=()
has chromium chromium-browser google-chrome || missing+=(chromium)
has xgettext && has msgmerge || missing+=(gettext)
if [ -n "${SALEOR_SRC:-}" ] || [ -e ~/.config/saleor-alencon/saleor-src ]; then
  has initdb || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || missing+=(postgresql)
fi
if [ ${#missing[@]} -eq 0 ] || ! has apt-get; then exit 0; fi

root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || exit 0
  root=(sudo -n "${root[@]}")
fi
install=("${root[@]}" apt-get install -qq --yes --no-install-recommends "${missing[@]}")
echo "Installing for the tests: ${missing[*]}"
"${install[@]}" >/dev/null 2>&1 && exit 0
"${root[@]}" apt-get update -qq && "${install[@]}" >/dev/null \
  || echo "Not installed: ${missing[*]}. The tests that need them are not run."
