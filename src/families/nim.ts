import * as z from 'zod'
import { defineFamily } from './family.ts'
import { judgeNim } from './nim/judge.ts'
import { assertAccounts, callbacksOf, keysOf, onlyCard, onlyDisk, plainLogHost, refusal } from './unix/single-disk.ts'

const Options = z.strictObject({
  console: z
    .string()
    .regex(/^\/dev\/[a-z]+[0-9]+$/, 'expected a device like /dev/vty0')
    .default('/dev/vty0')
    .describe('console of the machine'),
  edition: z.enum(['standard', 'enterprise']).default('standard').describe('edition of AIX'),
  pvid: z
    .string()
    .regex(/^[0-9a-f]{16}([0-9a-f]{16})?$/, 'expected 16 or 32 hexadecimal digits')
    .nullable()
    .default(null)
    .describe('physical volume id of the disk'),
  location: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,128}$/, 'expected a location code')
    .nullable()
    .default(null)
    .describe('location code of the disk'),
})

const none = z.string().nullable()
const Words = z.strictObject({
  console: z.string().describe('console of the machine'),
  edition: z.string().describe('edition of AIX'),
  pvid: none.describe('physical volume id of the disk'),
  location: none.describe('location code of the disk'),
  locale: z.string().describe('locale as AIX writes it: UTF-8 has a capital language'),
  keys: z
    .array(z.strictObject({ name: z.string().describe('account'), key: z.string().describe('public key') }))
    .describe('public keys of accounts'),
  logHost: none.describe('where syslog goes, where it takes the usual port'),
  started: z.string().describe('called when the packages are there'),
  installed: z.string().describe('called when all is installed'),
  failed: z.string().describe('called when a command in the new system fails'),
})

/** AIX: resources that a NIM master takes; Slipway does not start the installation. */
export const nim = defineFamily({
  name: 'nim',
  title: 'AIX (NIM)',
  releases: [
    { name: 'aix-7.2', title: 'AIX 7.2' },
    { name: 'aix-7.3', title: 'AIX 7.3' },
  ],
  files: [
    { name: 'bosinst.data', template: 'nim/bosinst.data.hbs', format: 'stanza', mediaType: 'text/plain' },
    { name: 'customize.sh', template: 'nim/customize.sh.hbs', format: 'sh', mediaType: 'text/x-shellscript' },
  ],
  options: Options,
  words: Words,
  passwords: 'plain',
  describe: (values, { console, edition, pvid, location }) => {
    const { settings } = values
    assertAccounts(settings, 'AIX')
    const card = onlyCard(values.network, 'AIX')
    if (card.static !== null)
      throw refusal(`network.cards.${card.name}`, 'DHCP: NIM itself gives its clients their addresses')
    onlyDisk(values.storage, 'AIX')
    if (pvid === null && location === null) throw refusal('nim.pvid', 'it, or the location of the disk')
    const [language] = settings.language.split('.')
    return {
      ...{ console, edition, pvid, location },
      locale: settings.language.endsWith('UTF-8')
        ? language!.slice(0, 2).toUpperCase() + language!.slice(2)
        : language!,
      ...{ keys: keysOf(settings), logHost: plainLogHost(values), ...callbacksOf(values) },
    }
  },
  kernelArguments: ({ urls }) => [`bosinst_data=${urls.answers}bosinst.data`, `script=${urls.answers}customize.sh`],
  done: 'the script resource calls back when all is installed',
  proof: 'filesOnly',
  judge: judgeNim,
  unjudged: [
    'everything but bosinst.data’s entries and whether the script can be read: no AIX has seen these files',
    'whether it is the disk of the layout that pvid or location tells',
  ],
})
