#!/bin/sh
# First program of the ramdisk: mounts, drivers, network, then the agent. Speaks on the console only.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /run /tmp /dev/shm
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
[ -d /sys/firmware/efi ] && { modprobe -q efivarfs; mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null; }
echo "slipway: drivers ($(cat /proc/uptime))"
for round in 1 2; do
  cat /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u >/tmp/modalias
  modprobe -qab $(tr '\n' ' ' </tmp/modalias) 2>/dev/null
done
modprobe -qa sd_mod ext4 crc32c_generic
echo "slipway: network ($(cat /proc/uptime))"
mac=$(sed -n 's/.*slipway\.mac=\([0-9a-f:]*\).*/\1/p' /proc/cmdline)
ip link set lo up
# A medium that is to report says no card: whichever has a network will do.
grep -q 'slipway\.report=' /proc/cmdline && mac='[0-9a-f]'
for card in /sys/class/net/*; do
  [ "${card##*/}" != lo ] && grep -q "^${mac:-none}" "$card/address" || continue
  ip link set "${card##*/}" up
  udhcpc -q -n -t 20 -T 1 -i "${card##*/}" -s /etc/udhcpc.sh >/dev/null 2>&1 &
done
exec /usr/bin/node --no-warnings /usr/lib/slipway/agent.mjs
echo "slipway: the agent could not be started"
exec sh
