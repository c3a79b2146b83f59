#!/bin/sh
# Runs before the profile is read
/usr/sfw/bin/wget -q -O /dev/null --post-data= 'http://192.0.2.2:8081/boot/callback/abc/started'
exit 0
