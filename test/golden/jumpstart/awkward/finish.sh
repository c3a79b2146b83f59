#!/bin/sh
# Runs when the new system is below /a
set -e
failed() {
  /usr/sfw/bin/wget -q -O /dev/null --post-data='a command in the new system failed' 'http://192.0.2.2:8081/boot/callback/abc/failed'
}
trap 'test $? = 0 || failed' 0
chroot /a /usr/sbin/useradd -m -d /export/home/'ada' -s /usr/bin/bash -c 'Ada "the 1st" O'\''Lovelace & Söhne, 100 % $(id) \ 主机' 'ada'
nawk -F: -v OFS=: -v name='ada' -v hash='$6$saltsalt$hash.of.awkward/' '$1 == name { $2 = hash } { print }' /a/etc/shadow > /tmp/shadow
cat /tmp/shadow > /a/etc/shadow
rm /tmp/shadow
mkdir -p /a''/.ssh
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org "it'\''s" $HOME %x' >> /a''/.ssh/authorized_keys
chmod 700 /a''/.ssh
chroot /a /usr/bin/chown -R 'root' ''/.ssh
chroot /a /bin/sh -c 'printf '\''%s\n'\'' "$HOME & \"100 %\"" > /etc/motd'
/usr/sfw/bin/wget -q -O /dev/null --post-data= 'http://192.0.2.2:8081/boot/callback/abc/installed'
