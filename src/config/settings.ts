import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'

const port = z.int().min(1).max(65535)
const home = (variable: string, below: string): string => process.env[variable] ?? join(homedir(), below)

/** Process settings, and only those: everything else is a resource in the store. */
export const Settings = z.strictObject({
  /** Database, keys, library, ramdisks. */
  dataFolder: z
    .string()
    .min(1)
    .default(() => join(home('XDG_DATA_HOME', '.local/share'), 'slipway')),
  /** Artefacts that can be made again. */
  cacheFolder: z
    .string()
    .min(1)
    .default(() => join(home('XDG_CACHE_HOME', '.cache'), 'slipway')),
  /** The people's door. With `socket` it listens there too; TLS is required for an address that is not loopback. */
  people: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(8080),
      socket: z.string().optional(),
      certificate: z.string().optional(),
      key: z.string().optional(),
    })
    .prefault({}),
  /** Ports of the machines' doors on every segment's address. */
  machines: z
    .strictObject({
      dhcpPort: port.default(67),
      tftpPort: port.default(69),
      /** `one`: TFTP transfers stay on `tftpPort`, for machines behind a NAT or a firewall. */
      tftpPorts: z.enum(['many', 'one']).default('many'),
      httpPort: port.default(8081),
      agentPort: port.default(8443),
      /** UDP; where installers send their log. */
      syslogPort: port.default(514),
      /**
       * A proxy that listens on `httpPort` in our place and sends files itself: its address as we see it, the port
       * on which it reaches us, and the path below which it knows our files (`X-Accel-Redirect`).
       */
      proxy: z
        .strictObject({ address: z.ipv4(), port, handOverPath: z.string().startsWith('/').default('/slipway-files') })
        .optional(),
    })
    .prefault({}),
  /** Channels of images and the kind of site each is for, which says what a version needs to be golden there. */
  channels: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
        site: z.enum(['build', 'test', 'production']),
        /** A clean scan whose signatures were at most so many days old at the promotion; without this none is asked for. */
        scanMaxAgeDays: z.number().positive().optional(),
      }),
    )
    .max(32)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'expected every channel once')
    .default([
      { name: 'lab', site: 'test' },
      { name: 'production', site: 'production' },
    ]),
  /** A folder of boot templates that stand in the place of the program's own, at the same paths below it. */
  templateFolder: z.string().min(1).optional(),
  library: z
    .strictObject({
      /** How long the bytes of what was retired or revoked are kept. */
      keepRetiredDays: z.number().min(0).default(30),
      /** The appliance whose library this one, a depot, follows: its people's door, a token for it, and which channels. */
      upstream: z
        .strictObject({
          url: z.url(),
          tokenFile: z.string().min(1),
          name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
          channels: z.array(z.string()).min(1),
        })
        .optional(),
      /** Other appliances that may have a blob that is damaged here. */
      mirrors: z
        .array(z.strictObject({ name: z.string().min(1).max(63), url: z.url(), tokenFile: z.string().min(1) }))
        .max(16)
        .default([]),
      /** Where a ClamAV daemon listens that scans versions. */
      clamdSocket: z.string().min(1).default('/run/clamav/clamd.ctl'),
      /** Hosts (with their port, where it is not the scheme's own) that images may be fetched from by URL. */
      importHosts: z.array(z.string().min(1)).max(64).default([]),
      /** The largest file that comes in by upload or URL. */
      maxImportGiB: z.number().positive().default(1024),
      /** What the look at every byte of the library may read in a second; 0: it is not looked at. */
      scrubMiBPerSecond: z.number().min(0).default(16),
    })
    .prefault({}),
  /** The cache of packages that machines fetch through this appliance. */
  packages: z
    .strictObject({
      /** What it may hold; what was longest not asked for goes first. */
      maxGiB: z.number().positive().max(1_048_576).default(50),
      /** Lists of packages that are older are asked for again. */
      freshMinutes: z.number().min(0).max(525_600).default(5),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
})
export type Settings = z.infer<typeof Settings>
