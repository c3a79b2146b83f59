import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { readStanzas, type Stanza } from '../formats/stanza-file.ts'

const YES_NO = /^(yes|no)?$/i
const ANY = /^/
const NUMBER = /^\d*$/

const keys = (names: string, shape: RegExp): Record<string, RegExp> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, shape]))

/** The stanzas of bosinst.data and what their entries may be (AIX: installation and migration). */
const STANZAS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  control_flow: {
    ...keys(
      'CONSOLE BUNDLES ERROR_EXIT CUSTOMIZATION_FILE INSTALL_TYPE SWITCH_TO_PRODUCT_TAPE MKSYSB_MIGRATION_DEVICE',
      ANY,
    ),
    ...keys('ADAPTER_SEARCH_LIST ERASE_PATTERNS INSTALL_X_IF_ADAPTER INVOLVEDVG IMPORT_USER_VGS', ANY),
    ...keys(
      'PROMPT EXISTING_SYSTEM_OVERWRITE RUN_STARTUP RM_INST_ROOTS BOSINST_DEBUG ACCEPT_LICENSES ACCEPT_SWMA',
      YES_NO,
    ),
    ...keys('INSTALL_DEVICES_AND_UPDATES ALL_DEVICES_KERNELS GRAPHICS_BUNDLE SYSTEM_MGMT_CLIENT_BUNDLE', YES_NO),
    ...keys('OPENSSH_CLIENT_BUNDLE OPENSSH_SERVER_BUNDLE FIREFOX_BUNDLE MOZILLA_BUNDLE KERBEROS_5_BUNDLE', YES_NO),
    ...keys('SERVER_BUNDLE ALT_DISK_INSTALL_BUNDLE HTTP_SERVER_BUNDLE HARDWARE_DUMP ADD_CDE ADD_GNOME ADD_KDE', YES_NO),
    ...keys('TRUSTED_AIX TRUSTED_AIX_LSPP TRUSTED_AIX_SYSMGT SECURE_BY_DEFAULT ENABLE_64BIT_KERNEL', YES_NO),
    RECOVER_DEVICES: /^(yes|no|default)?$/i,
    CREATE_JFS2_FS: /^(yes|no|default)?$/i,
    DESKTOP: /^(NONE|CDE|GNOME|KDE)?$/i,
    ERASE_ITERATIONS: /^[0-8]?$/,
    INSTALL_EDITION: /^(standard|enterprise|express)?$/i,
    INSTALL_METHOD: /^(overwrite|preserve|migrate|erase_only)$/i,
  },
  target_disk_data: {
    ...keys('PVID PHYSICAL_LOCATION CONNECTION LOCATION HDISKNAME SAN_DISKID', ANY),
    SIZE_MB: /^(\d+|largest)?$/,
  },
  target_iscsi_data: {
    ...keys('ADAPTER_NAME TARGET_NAME INITIATOR_NAME DISCOVERY_TYPE SW_INITIATOR TARGET_IP_ADDRESS ISCSI_GROUP', ANY),
    ...keys('LUN_ID TARGET_IP_PORT', ANY),
  },
  locale: keys(
    'BOSINST_LANG CULTURAL_CONVENTION MESSAGES KEYBOARD',
    /^([A-Za-z]{2}_[A-Z]{2}(\.[A-Za-z0-9-]+)?|C|POSIX)?$/,
  ),
  large_dumplv: { DUMPDEVICE: ANY, SIZE_GB: NUMBER },
  dump: { ...keys('PRIMARY SECONDARY COPYDIR TYPE_OF_DUMP', ANY), ...keys('FORCECOPY ALWAYS_ALLOW', YES_NO) },
  livedump: { LIVEDUMP_DIR: ANY, LIVEDUMP_SIZE: NUMBER },
}

/** Judges bosinst.data by its stanzas, and scripts by the shell. */
export async function judgeNim(files: readonly JudgedFile[]): Promise<Finding[]> {
  const all = await Promise.all(
    files.map(({ name, text }) => {
      if (name.endsWith('.sh')) return checkShell(name, 1, text)
      const { stanzas, findings } = readStanzas(name, text)
      return [...findings, ...findingsOf(name, [...stanzas.flatMap(judgeStanza), ...judgeNeeds(stanzas)])]
    }),
  )
  return all.flat()
}

function judgeStanza({ name, line, entries }: Stanza): Problem[] {
  const known = STANZAS[name]
  if (!known) return [problem(line, `expected a stanza (${Object.keys(STANZAS).join(', ')}), got ${name}`)]
  return entries.flatMap(({ key, value, line: at }, index) => {
    const shape = known[key]
    if (!shape) return [problem(at, `expected an entry of ${name}, got ${key}`)]
    const again = entries.findIndex((other) => other.key === key) < index
    return [
      ...(shape.test(value) ? [] : [problem(at, `expected ${key} of the form ${shape}, got ${value}`)]),
      ...(again ? [problem(at, `expected ${key} once, got it again`)] : []),
    ]
  })
}

/** What the installation of the base system asks for where it is not said. */
function judgeNeeds(stanzas: Stanza[]): Problem[] {
  const of = (name: string) => stanzas.find((one) => one.name === name)
  const valueIn = (name: string, key: string) => of(name)?.entries.find((entry) => entry.key === key)?.value
  const disk = of('target_disk_data')
  const rows: [boolean, string, string][] = [
    [valueIn('control_flow', 'PROMPT') === 'no', 'control_flow', 'PROMPT = no, without which it asks'],
    [(valueIn('control_flow', 'CONSOLE') ?? '') !== '', 'control_flow', 'CONSOLE, without which it waits for a key'],
    [
      valueIn('control_flow', 'ACCEPT_LICENSES') === 'yes',
      'control_flow',
      'ACCEPT_LICENSES = yes, without which it asks',
    ],
    [valueIn('control_flow', 'INSTALL_METHOD') !== undefined, 'control_flow', 'INSTALL_METHOD'],
    [
      disk?.entries.some(({ value }) => value !== '') ?? false,
      'target_disk_data',
      'what tells the disk, without which it takes any',
    ],
    [(valueIn('locale', 'BOSINST_LANG') ?? '') !== '', 'locale', 'BOSINST_LANG, without which it asks'],
  ]
  return rows.filter(([isThere]) => !isThere).map(([, name, what]) => problem(of(name)?.line ?? 1, `expected ${what}`))
}
