#!/bin/sh
# What the tests need beside Python packages: a Chromium. Installs it where it can (root on Debian), else says how to get one.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable chrome msedge microsoft-edge; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
[ "$(uname)" = Darwin ] && [ -d "/Applications/Google Chrome.app" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests (once) …"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
else
  echo "The browser tests need a Chromium. On Debian: sudo apt-get install chromium. Elsewhere: .venv/bin/playwright install chromium"
fi
