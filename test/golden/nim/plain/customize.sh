#!/usr/bin/ksh
# A script resource of NIM: runs in the new system, when its packages are there
set -e
post() {
  perl -MIO::Socket::INET -e '
    my ($host, $port, $path) = $ARGV[0] =~ m{^http://([^/:]+)(?::(\d+))?(/.*)$} or exit 1;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port || 80, Timeout => 20) or exit 1;
    my $length = length $ARGV[1];
    print $socket "POST $path HTTP/1.0\r\nHost: $host\r\nContent-Length: $length\r\n\r\n$ARGV[1]";
    my $answer = <$socket>;
    exit($answer =~ m{^HTTP/1.. 2} ? 0 : 1);' "$1" "$2"
}
failed() {
  post 'http://192.0.2.2:8081/boot/callback/abc/failed' 'a command in the new system failed'
}
trap 'test $? = 0 || failed' EXIT
post 'http://192.0.2.2:8081/boot/callback/abc/started' '' || true
chtz 'Etc/UTC'
printf 'root:%s\n' 'open root' | chpasswd -c
mkuser home=/home/'ada' gecos='Ada Lovelace' groups=staff,system 'ada'
printf '%s:%s\n' 'ada' 'open ada' | chpasswd -c
home=$(lsuser -a home 'root' | sed 's/.*home=//')
mkdir -p "$home/.ssh"
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' >> "$home/.ssh/authorized_keys"
chmod 700 "$home/.ssh"
chown -R 'root' "$home/.ssh"
home=$(lsuser -a home 'ada' | sed 's/.*home=//')
mkdir -p "$home/.ssh"
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' >> "$home/.ssh/authorized_keys"
chmod 700 "$home/.ssh"
chown -R 'ada' "$home/.ssh"
post 'http://192.0.2.2:8081/boot/callback/abc/installed' ''
