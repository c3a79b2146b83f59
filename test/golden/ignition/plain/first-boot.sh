#!/bin/sh
# Slipway: run 'run-1' sets up 'web-1', once, at the first start.
tell() {
  curl --silent --retry 5 --max-time 20 --request POST "$@"
}

finish() {
  set -e
}

tell 'http://192.0.2.2:8081/boot/callback/abc/started' || true
# In a shell of its own, so that set -e holds and what fails is told.
(finish)
status=$?
if [ "$status" -ne 0 ]; then
  tell --data "a command of the first start ended with $status" 'http://192.0.2.2:8081/boot/callback/abc/failed'
  exit "$status"
fi
touch /var/lib/slipway-installed
tell 'http://192.0.2.2:8081/boot/callback/abc/installed'
