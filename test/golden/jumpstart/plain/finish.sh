#!/bin/sh
# Runs when the new system is below /a
set -e
failed() {
  /usr/sfw/bin/wget -q -O /dev/null --post-data='a command in the new system failed' 'http://192.0.2.2:8081/boot/callback/abc/failed'
}
trap 'test $? = 0 || failed' 0
chroot /a /usr/sbin/useradd -m -d /export/home/'ada' -s /usr/bin/bash -c 'Ada Lovelace' 'ada'
nawk -F: -v OFS=: -v name='ada' -v hash='$6$saltsalt$hash.of.ada/' '$1 == name { $2 = hash } { print }' /a/etc/shadow > /tmp/shadow
cat /tmp/shadow > /a/etc/shadow
rm /tmp/shadow
chroot /a /usr/sbin/usermod -P 'Primary Administrator' 'ada'
mkdir -p /a''/.ssh
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' >> /a''/.ssh/authorized_keys
chmod 700 /a''/.ssh
chroot /a /usr/bin/chown -R 'root' ''/.ssh
mkdir -p /a'/export/home/ada'/.ssh
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' >> /a'/export/home/ada'/.ssh/authorized_keys
chmod 700 /a'/export/home/ada'/.ssh
chroot /a /usr/bin/chown -R 'ada' '/export/home/ada'/.ssh
/usr/sfw/bin/wget -q -O /dev/null --post-data= 'http://192.0.2.2:8081/boot/callback/abc/installed'
