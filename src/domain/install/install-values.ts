import * as z from 'zod'
import { InstallSettings } from './install-settings.ts'
import { SecretReference } from './secret-reference.ts'

const bytes = z.int().nonnegative()
const none = <T extends z.ZodType>(schema: T) => schema.nullable()

/** What is on a partition, an array or a volume; flags, because templates can ask for nothing else. */
const Use = z.strictObject({
  fileSystem: none(z.string()).describe('ext4, xfs, btrfs or vfat; none where there is no file system'),
  mount: none(z.string()).describe('mount point'),
  options: z.string().describe('mount options with commas, `defaults` where there are none'),
  label: none(z.string()).describe('label of the file system'),
  swap: z.boolean().describe('swap space'),
  esp: z.boolean().describe('EFI system partition'),
  biosBoot: z.boolean().describe('room for GRUB on a BIOS'),
  group: none(z.string()).describe('the volume group that it belongs to'),
  array: none(z.string()).describe('the array that it belongs to'),
  passphrase: none(SecretReference).describe('secret that opens it; none where it is not encrypted'),
})
const Sized = z.strictObject({
  name: z.string().describe('name in the layout'),
  bytes: bytes.describe('size in bytes'),
  sizeMiB: z.int().positive().describe('size in MiB'),
  rest: z.boolean().describe('takes what the others leave'),
  use: Use,
})
export const PlannedDisk = z.strictObject({
  name: z.string().describe('name in the layout; `install` is the profile’s install disk'),
  device: z.string().describe('kernel name without /dev/, like sda'),
  path: z.string().describe('path of the device, by the port it is on where that is known'),
  serial: none(z.string()).describe('serial number'),
  wwn: none(z.string()).describe('world wide name'),
  bytes: bytes.describe('size in bytes'),
  partitions: z
    .array(
      Sized.extend({
        number: z.int().positive().describe('number in the partition table'),
        device: z.string().describe('kernel name without /dev/, like sda1'),
        startBytes: bytes.describe('where it begins'),
      }),
    )
    .describe('in the order of the table'),
})
export const InstallStorage = z.strictObject({
  disks: z.array(PlannedDisk).describe('disks of the layout'),
  raid1: z
    .array(Sized.extend({ members: z.array(z.string()).describe('names of its partitions') }))
    .describe('mirrors'),
  volumeGroups: z
    .array(
      z.strictObject({
        name: z.string().describe('name of the group'),
        bytes: bytes.describe('size in bytes'),
        members: z.array(z.string()).describe('names of its partitions and arrays'),
        volumes: z.array(Sized).describe('its logical volumes'),
      }),
    )
    .describe('volume groups of LVM'),
})
export type InstallStorage = z.infer<typeof InstallStorage>
export type InstallUse = z.infer<typeof Use>

const Static = z.strictObject({
  address: z.string().describe('IPv4 address'),
  prefix: z.int().describe('length of the network’s part'),
  netmask: z.string().describe('the same as a mask'),
  gateway: none(z.string()).describe('default gateway'),
  dns: z.array(z.string()).describe('name servers'),
  search: z.array(z.string()).describe('domains that names are looked up in'),
})
const Link = z.strictObject({
  name: z.string().describe('name in the layout'),
  mtu: none(z.int()).describe('largest packet'),
  dhcp: z.boolean().describe('address by DHCP'),
  static: none(Static).describe('its own address'),
})
export const InstallNetwork = z.strictObject({
  cards: z
    .array(
      Link.extend({
        mac: z.string().describe('MAC with colons'),
        device: z.string().describe('name that the kernel gave it, like eth0'),
        boot: z.boolean().describe('the card that booted'),
      }),
    )
    .describe('network cards'),
  bonds: z
    .array(
      Link.extend({
        mode: z.string().describe('mode, by the kernel’s name'),
        members: z.array(z.string()).describe('names of its cards'),
      }),
    )
    .describe('bonds of cards'),
  vlans: z
    .array(Link.extend({ id: z.int().describe('VLAN id'), over: z.string().describe('the link below') }))
    .describe('VLANs over cards or bonds'),
})
export type InstallNetwork = z.infer<typeof InstallNetwork>
export type InstallLink = z.infer<typeof Link>

/** What every boot template of an OS family may say. What there is none of is null, never absent. */
export const InstallValues = z.strictObject({
  run: z.strictObject({ id: z.string().describe('id of the run') }),
  machine: z.strictObject({
    name: z.string().describe('host name'),
    domain: none(z.string()).describe('domain of its segment'),
    fqdn: z.string().describe('host name with the domain, where there is one'),
    mac: z.string().describe('MAC of the card that booted'),
    macs: z.array(z.string()).describe('MACs of all cards'),
    uuid: none(z.string()).describe('SMBIOS UUID'),
    serial: none(z.string()).describe('serial number'),
    uefi: z.boolean().describe('firmware is UEFI'),
    secureBoot: z.boolean().describe('Secure Boot is on'),
  }),
  settings: InstallSettings.extend({
    packages: z.array(z.string()).describe('packages: the settings’, and the profile’s drivers and firmware'),
  }),
  storage: InstallStorage,
  network: InstallNetwork,
  kernelArguments: z.array(z.string()).describe('of the profile, for the new system'),
  consoles: z.array(z.string()).describe('of the profile, like ttyS0,115200; the last speaks'),
  urls: z.strictObject({
    base: z.string().describe('machines’ door by HTTP, without a slash at its end'),
    answers: z.string().describe('where the files of this run are, with a slash at its end'),
    callback: z
      .string()
      .describe('where the new system and its installer say how far they are, without a slash at its end'),
    door: z.string().describe('agents’ door by TLS, as address:port'),
    logHost: z.string().describe('address that takes syslog by UDP'),
    logPort: z.int().describe('its port'),
  }),
})
export type InstallValues = z.infer<typeof InstallValues>
