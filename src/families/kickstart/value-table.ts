/** What a value has to be, and how it is said. */
export type Shape = { is: RegExp; says: string }

const number: Shape = { is: /^\d+$/, says: 'a number' }
const integer: Shape = { is: /^-?\d+$/, says: 'a number' }
const yesNo: Shape = { is: /^(on|yes|true|1|off|no|false|0)$/i, says: 'yes or no' }
const something: Shape = { is: /\S/, says: 'a value' }
const address: Shape = { is: /^\d{1,3}(\.\d{1,3}){3}$/, says: 'an IPv4 address' }
const oneOf = (...words: string[]): Shape => ({ is: new RegExp(`^(${words.join('|')})$`, 'i'), says: words.join(', ') })
const exactly = (...words: string[]): Shape => ({ ...oneOf(...words), is: new RegExp(`^(${words.join('|')})$`) })

/** Options that mean the same in every command. */
const ANYWHERE: Readonly<Record<string, Shape>> = {
  ...{ size: number, maxsize: number, percent: number, spares: number, chunksize: number, metadatasize: number },
  ...{ cachesize: number, pesize: number, 'reserved-space': number, 'reserved-percent': number, cost: number },
  ...{ 'pbkdf-memory': number, 'pbkdf-time': number, 'pbkdf-iterations': number, sectorsize: number },
  ...{ vlanid: number, mtu: number, uid: number, gid: number, ignoregroups: yesNo, onboot: yesNo },
  ...{ ondisk: something, ondrive: something, onpart: something, usepart: something, onbiosdisk: something },
  ...{ drives: something, 'only-use': something, 'boot-drive': something, driveorder: something, fstype: something },
  ...{ vgname: something, device: something, hostname: something, url: something, baseurl: something },
  'luks-version': exactly('luks1', 'luks2', 'luks2-hw-opal', 'luks2-hw-opal-only'),
}
const FIREWALL_PORT = /^[A-Za-z0-9_-]+(:(tcp|udp|sctp|dccp))?(,\s*[A-Za-z0-9_-]+(:(tcp|udp|sctp|dccp))?)*$/

/** What the options of a command take (pykickstart's documentation, and what it refuses). */
const OF_COMMAND: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  autopart: { type: oneOf('lvm', 'btrfs', 'plain', 'partition', 'thinp') },
  bootloader: { location: exactly('mbr', 'partition', 'none', 'boot'), timeout: integer },
  btrfs: {
    data: oneOf('raid0', '0', 'raid1', '1', 'raid10', '10', 'single'),
    metadata: oneOf('raid0', '0', 'raid1', '1', 'raid10', '10', 'single'),
  },
  clearpart: { disklabel: exactly('gpt', 'msdos', 'dasd', 'mac') },
  firewall: {
    port: { is: FIREWALL_PORT, says: 'ports like 1234:udp or imap:tcp' },
    service: { is: /^[A-Za-z0-9_.-]+(,\s*[A-Za-z0-9_.-]+)*$/, says: 'names of services' },
    trust: something,
  },
  iscsi: { port: number },
  logging: { level: exactly('debug', 'info', 'warning', 'error', 'critical') },
  network: {
    bootproto: exactly('dhcp', 'bootp', 'static', 'query', 'ibft'),
    bindto: exactly('mac'),
    ...{ ip: address, netmask: address, gateway: address },
  },
  nvdimm: { mode: exactly('sector') },
  raid: {
    level: oneOf('RAID0', 'RAID1', 'RAID4', 'RAID5', 'RAID6', 'RAID10', '0', '1', '4', '5', '6', '10'),
  },
  snapshot: { when: oneOf('post-install', 'pre-install') },
}

/** What an option of a command takes; nothing where its values are free. */
export const shapeOf = (command: string, option: string): Shape | undefined =>
  OF_COMMAND[command]?.[option] ?? ANYWHERE[option]
