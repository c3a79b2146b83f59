#!/bin/sh
# Installs what a fresh Debian 12 machine lacks: Debian packages from setup/debian-packages.txt, npm packages, Node 24.
# Usage: sh setup/setup.sh [--serve | --demo | --test]; each takes all of those before it. Does nothing where nothing is missing.
set -eu
cd "$(dirname "$0")/.."

scope=${1:---test}
case "$scope" in
  --serve) wanted='serve' ;;
  --demo) wanted='serve|demo' ;;
  --test) wanted='serve|demo|test' ;;
  *) echo "setup: expected --serve, --demo or --test, got $scope" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$1" >&2; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else say "expected root or sudo for: $*"; exit 1
  fi
}

missing=''
for package in $(grep -E "^[a-z0-9.+-]+ +($wanted) " setup/debian-packages.txt | cut -d ' ' -f 1); do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done

lists=$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' 2>/dev/null | head -n 1)
if [ -n "$missing" ] || [ -z "$lists" ]; then
  say 'reading the package lists'
  as_root apt-get update -q >/dev/null
fi
if [ -n "$missing" ]; then
  say "installing Debian packages:$missing"
  # Services that a package brings must not start on this machine: they are only used by the bench.
  fancy=0
  [ -t 2 ] && fancy=1
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o Dpkg::Progress-Fancy=$fancy $missing >&2
fi

stamp=node_modules/.package-lock.json
if [ ! -f "$stamp" ] || [ package-lock.json -nt "$stamp" ] || [ ! -x node_modules/.bin/node ]; then
  say 'installing npm packages'
  # No package's own script runs: every native module brings its binary along, and npm before 10 would try to compile
  # them. The one that must run is that of 'node', which fetches the binary for this machine.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  npm rebuild node --loglevel=error >&2
  touch "$stamp"
fi

version=$(node_modules/.bin/node --version)
case "$version" in
  v24.*) ;;
  *) say "expected Node 24 from the npm package 'node', got $version"; exit 1 ;;
esac
