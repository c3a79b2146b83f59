#!/sbin/sh
# Runs in the new system, when its software is there
set -e
post() {
  perl -MIO::Socket -e '
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
trap 'test $? = 0 || failed' 0
post 'http://192.0.2.2:8081/boot/callback/abc/started' '' || true
/usr/sam/lbin/usermod.sam -p '$6$saltsalt$hash.of.root/' root
useradd -m -d /home/'ada' -s /usr/bin/sh -c 'Ada Lovelace' 'ada'
/usr/sam/lbin/usermod.sam -p '$6$saltsalt$hash.of.ada/' 'ada'
mkdir -p ''/.ssh
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' >> ''/.ssh/authorized_keys
chmod 700 ''/.ssh
chown -R 'root' ''/.ssh
mkdir -p '/home/ada'/.ssh
printf '%s\n' 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org' >> '/home/ada'/.ssh/authorized_keys
chmod 700 '/home/ada'/.ssh
chown -R 'ada' '/home/ada'/.ssh
post 'http://192.0.2.2:8081/boot/callback/abc/installed' ''
