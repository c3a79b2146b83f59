/** What must not be the same on two machines, or is of no use to the next. Patterns: a `*` stands for part of one name. */
export type TreeRule = {
  id: string
  /** It makes a machine that machine: a link on the way to it is refused, for what it leads to would stay. */
  isIdentity?: boolean
  /** Files and folders that go, with all that is in them. A symbolic link goes itself, never what it leads to. */
  remove?: readonly string[]
  /** Files that become empty where they are. */
  empty?: readonly string[]
  /** Folders that stay, with the folders in them, and lose their files. */
  clear?: readonly string[]
}

/** How a Linux system becomes anybody's again. */
export const LINUX_RULES: readonly TreeRule[] = [
  // Empty, not missing: systemd makes an id then, but does not take the boot for an installation's first.
  { id: 'machine-id', isIdentity: true, empty: ['/etc/machine-id'], remove: ['/var/lib/dbus/machine-id'] },
  {
    ...{ id: 'ssh-host-keys', isIdentity: true },
    remove: ['/etc/ssh/ssh_host_*', '/etc/dropbear/dropbear_*_host_key'],
  },
  {
    ...{ id: 'memberships', isIdentity: true },
    remove: [
      ...['/etc/krb5.keytab', '/var/lib/samba/private/secrets.tdb', '/var/lib/sss/db/*', '/var/lib/tailscale/*'],
      ...['/etc/pki/consumer/*', '/etc/puppetlabs/puppet/ssl', '/etc/salt/pki/minion/*'],
    ],
  },
  {
    id: 'storage-names',
    remove: ['/etc/iscsi/initiatorname.iscsi', '/etc/nvme/hostnqn', '/etc/nvme/hostid'],
  },
  {
    id: 'dhcp-leases',
    remove: [
      ...['/var/lib/dhcp/*', '/var/lib/dhclient/*', '/var/lib/dhcpcd/*', '/var/lib/dhcpcd5/*'],
      ...['/var/lib/NetworkManager/*.lease', '/var/lib/NetworkManager/secret_key', '/var/lib/wicked/lease-*'],
    ],
  },
  { id: 'logs', remove: ['/var/log/journal/*', '/var/log/installer'], clear: ['/var/log'] },
  {
    id: 'random-seed',
    remove: ['/var/lib/systemd/random-seed', '/var/lib/systemd/credential.secret', '/var/lib/urandom/random-seed'],
  },
  {
    id: 'cloud-init',
    remove: ['/var/lib/cloud/*', '/etc/netplan/50-cloud-init.yaml', '/etc/network/interfaces.d/50-cloud-init*'],
  },
  {
    id: 'network-names',
    remove: ['/etc/udev/rules.d/70-persistent-net.rules', '/etc/udev/rules.d/75-persistent-net-generator.rules'],
  },
  {
    id: 'histories',
    remove: [
      '/root/.*_history',
      '/root/.lesshst',
      '/home/*/.*_history',
      '/home/*/.lesshst',
      '/root/.viminfo',
      '/home/*/.viminfo',
    ],
  },
  {
    id: 'temporary-files',
    remove: [
      '/tmp/*',
      '/tmp/.*',
      '/var/tmp/*',
      '/var/crash/*',
      '/var/lib/systemd/coredump/*',
      '/var/mail/*',
      '/var/spool/mail/*',
    ],
  },
  {
    id: 'earlier-run',
    remove: [
      ...['/var/lib/slipway/*', '/etc/systemd/system/slipway-prove.service'],
      '/etc/systemd/system/multi-user.target.wants/slipway-prove.service',
    ],
  },
]
