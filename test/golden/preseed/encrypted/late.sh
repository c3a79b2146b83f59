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
