#!/bin/sh
# What the tests need beside Python packages: a Chromium, a Dovecot (mail server), Perl's MIME-tools (a second reader of mails), a Redis.
# Installs them where it can (root on Debian), else says how to get them.
set -eu
missing=""

browser=""
for name in chromium chromium-browser google-chrome google-chrome-stable chrome msedge microsoft-edge; do
  if command -v "$name" >/dev/null 2>&1; then browser=$name; fi
done
if [ "$(uname)" = Darwin ] && [ -d "/Applications/Google Chrome.app" ]; then browser=chrome; fi
[ -n "$browser" ] || missing="$missing chromium"
PATH="$PATH:/usr/sbin" command -v dovecot >/dev/null 2>&1 || missing="$missing dovecot-imapd"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
perl -MMIME::Parser -MJSON::PP -e 1 >/dev/null 2>&1 || missing="$missing libmime-tools-perl"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing what the tests need (once):$missing …"
  apt-get update -qq
  # shellcheck disable=SC2086  # one word each
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "The tests need programs that are missing here. On Debian: sudo apt-get install$missing"
  echo "Elsewhere: .venv/bin/playwright install chromium; Dovecot, Redis and Perl's MIME-tools from your package manager."
fi
