#!/bin/sh
# Slipway, in the new system at the end of the installation.
set -e
umask 022

# Of an account: its public keys come in by lines
keys_of() {
  home=$(getent passwd "$1" | cut -d : -f 6)
  mkdir -p -m 700 "$home/.ssh"
  cat > "$home/.ssh/authorized_keys"
  chown -R "$1:" "$home/.ssh"
  chmod 600 "$home/.ssh/authorized_keys"
}
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' | keys_of root
useradd --create-home --shell /bin/bash --comment 'Ada Lovelace' 'ada'
printf '%s:%s\n' 'ada' '$6$saltsalt$hash.of.ada/' | chpasswd --encrypted
usermod --append --groups sudo 'ada'
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' | keys_of 'ada'
printf '%s\n' 'web-1' > /etc/hostname
printf '%s\n' \
  'auto lo' \
  'iface lo inet loopback' \
  '' \
  'auto ens3' \
  'iface ens3 inet manual' \
  '    bond-master bond0' \
  '' \
  'auto ens4' \
  'iface ens4 inet manual' \
  '    bond-master bond0' \
  '' \
  'auto bond0' \
  'iface bond0 inet manual' \
  '    bond-slaves ens3 ens4' \
  '    bond-mode 802.3ad' \
  '    bond-miimon 100' \
  '    up ip link set dev bond0 mtu 9000' \
  '' \
  'auto servers' \
  'iface servers inet static' \
  '    pre-up ip link add link bond0 name servers type vlan id 42' \
  '    post-down ip link delete servers' \
  '    address 192.0.2.10/24' \
  '    gateway 192.0.2.1' > /etc/network/interfaces
printf '%s\n' 'search example.org' 'nameserver 192.0.2.53' 'nameserver 198.51.100.53' > /etc/resolv.conf
mkdir -p /etc/systemd/timesyncd.conf.d
printf '[Time]\nNTP=%s\n' 'ntp.example.org 192.0.2.123' > /etc/systemd/timesyncd.conf.d/slipway.conf
