#!/bin/sh
# Installs the peers that the kit measures into $BENCH_HOME (default ~/.cache/prospector-kit), and on Debian, as root, nginx with Lua.
set -eu
home=${BENCH_HOME:-$HOME/.cache/prospector-kit}
mkdir -p "$home"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx libnginx-mod-http-lua >/dev/null
  # Debian starts what it installs; the kit starts its own
  service nginx stop >/dev/null 2>&1 || true
else
  echo "The made-up web needs nginx with Lua. On Debian: sudo apt-get install nginx libnginx-mod-http-lua"
fi
if command -v npm >/dev/null 2>&1; then
  npm install --prefix "$home" --no-audit --no-fund --silent linkinator@8.1.0 broken-link-checker@0.7.8 node@22
else
  echo "linkinator and broken-link-checker need npm (Debian: apt-get install npm); without it they are left out"
fi
[ -d "$home/venv" ] || python3 -m venv "$home/venv"
"$home/venv/bin/pip" install --quiet --disable-pip-version-check linkchecker==10.6.0
echo "The peers are in $home"
