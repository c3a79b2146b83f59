#!/bin/sh
# Slipway, right before partman: kernel names may change from one start to the next, so disks are found by their ports.
fail() {
  logger -t slipway "$1"
  wget -q -t 5 -T 20 -O /dev/null --post-data="$1" 'http://192.0.2.2:8081/boot/callback/abc/failed'
  exit 1
}

hide=
show=
# Number, the name that preseed.cfg says, and where the disk is
find_disk() {
  found=$(readlink -f "$3")
  [ -b "$found" ] || fail "expected a disk at $3, got none"
  hide="$hide;s,/dev/$2,@$1@,g"
  show="$show;s,@$1@,$found,g"
}
find_disk '1' 'sda' '/dev/disk/by-path/pci-0000:00:05.0'
find_disk '2' 'sdb' '/dev/disk/by-path/pci-0000:00:06.0'

for question in partman-auto/disk partman-auto/expert_recipe partman-auto-raid/recipe grub-installer/bootdev; do
  value=$(debconf-get "$question" 2>/dev/null) || continue
  [ -z "$value" ] || debconf-set "$question" "$(echo "$value" | sed -e "${hide#;}" -e "${show#;}")"
done
