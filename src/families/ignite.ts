import * as z from 'zod'
import { networkBounds } from '../core/ipv4.ts'
import { defineFamily } from './family.ts'
import { judgeIgnite } from './ignite/judge.ts'
import { assertAccounts, callbacksOf, keysOf, onlyCard, onlyDisk, refusal } from './unix/single-disk.ts'

const Options = z.strictObject({
  disk: z
    .string()
    .regex(/^[0-9a-f]+(\/[0-9a-fx.]+)+$/i, 'expected a hardware path like 0/1/1/0.0.0')
    .describe('hardware path of the disk'),
  configuration: z
    .string()
    .regex(/^[A-Za-z0-9 ._-]{1,64}$/)
    .default('HP-UX B.11.31 Default')
    .describe('configuration of the Ignite-UX server'),
  timezone: z
    .string()
    .regex(/^[A-Z]{3}[-+]?\d{1,2}(:\d\d)?([A-Z]{3})?$/, 'expected a time zone of POSIX like MET-1METDST')
    .default('UTC0')
    .describe('time zone as POSIX writes it; that of the settings is not for HP-UX'),
  script: z
    .string()
    .regex(/^(\/[A-Za-z0-9._-]+)+$/)
    .default('/var/opt/ignite/scripts/slipway-customize.sh')
    .describe('where the Ignite-UX server keeps customize.sh'),
})

const none = z.string().nullable()
const Words = z.strictObject({
  configuration: z.string().describe('configuration of the Ignite-UX server'),
  layout: z.string().describe('how Ignite-UX divides the disk'),
  disk: z.string().describe('hardware path of the disk'),
  locale: z.string().describe('locale as HP-UX writes it'),
  keyboard: z.string().describe('keyboard, by its name in HP-UX'),
  static: z.unknown().describe('the machine’s own address, where it has one'),
  broadcast: none.describe('its broadcast address'),
  nameServer: none.describe('name server'),
  domain: z.string().describe('domain of the machine'),
  timezone: z.string().describe('time zone as POSIX writes it'),
  script: z.string().describe('where the Ignite-UX server keeps customize.sh'),
  keys: z
    .array(
      z.strictObject({
        name: z.string().describe('account'),
        home: z.string().describe('its folder'),
        key: z.string().describe('public key'),
      }),
    )
    .describe('public keys of accounts'),
  started: z.string().describe('called when the software is there'),
  installed: z.string().describe('called when all is installed'),
  failed: z.string().describe('called when a command in the new system fails'),
})

/** XKB's names of keyboard layouts, and those that HP-UX has for them. */
const KEYBOARDS: Readonly<Record<string, string>> = {
  ...{
    de: 'USB_PS2_DIN_German',
    es: 'USB_PS2_DIN_Euro_Spanish',
    fr: 'USB_PS2_DIN_French',
    gb: 'USB_PS2_DIN_UK_English',
  },
  ...{ it: 'USB_PS2_DIN_Italian', jp: 'USB_PS2_DIN_JIS_109', se: 'USB_PS2_DIN_Swedish', us: 'USB_PS2_DIN_US_English' },
}

/** HP-UX: what an Ignite-UX server keeps for a client; Slipway does not start the installation. */
export const ignite = defineFamily({
  name: 'ignite',
  title: 'HP-UX (Ignite-UX)',
  releases: [{ name: 'hp-ux-11.31', title: 'HP-UX 11i v3' }],
  files: [
    { name: 'config', template: 'ignite/config.hbs', format: 'ignite', mediaType: 'text/plain' },
    { name: 'customize.sh', template: 'ignite/customize.sh.hbs', format: 'sh', mediaType: 'text/x-shellscript' },
  ],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, { disk, configuration, timezone, script }) => {
    const { settings, machine } = values
    assertAccounts(settings, 'HP-UX')
    onlyDisk(values.storage, 'HP-UX')
    const { static: own } = onlyCard(values.network, 'HP-UX')
    const keyboard = KEYBOARDS[settings.keyboard]
    if (keyboard === undefined)
      throw refusal(
        'settings.keyboard',
        `one that HP-UX has (${Object.keys(KEYBOARDS).join(', ')}), got ${settings.keyboard}`,
      )
    return {
      ...{ configuration, disk, timezone, script, keyboard, layout: 'Logical Volume Manager (LVM) with VxFS' },
      locale: settings.language.replace(/\.UTF-8$/, '.utf8'),
      ...{
        static: own,
        broadcast: own && networkBounds(own.address, own.prefix).broadcast,
        nameServer: own?.dns[0] ?? null,
      },
      domain: machine.domain ?? 'localdomain',
      keys: keysOf(settings).map((one) => ({ ...one, home: one.name === 'root' ? '' : `/home/${one.name}` })),
      ...callbacksOf(values),
    }
  },
  kernelArguments: ({ urls }) => [`config=${urls.answers}config`, `script=${urls.answers}customize.sh`],
  done: 'the script calls back when all is installed',
  proof: 'filesOnly',
  judge: judgeIgnite,
  unjudged: [
    'everything but settings and whether the script can be read: no HP-UX has seen these files',
    'configurations that have blocks of software or disks of their own',
    'whether the disk of the layout has this hardware path',
  ],
})
