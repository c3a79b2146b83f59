/** The releases whose commands are told apart. */
export const ESXI_VERSIONS = ['7', '8', '9'] as const
export type EsxiVersion = (typeof ESXI_VERSIONS)[number]

/** A command: its options, of which `=` take a value, `?` may, and `@` exist in some releases only; how many words it takes. */
type Row = { options?: string; words?: number }

const PLACE = 'disk= drive= firstdisk?'
const IGNORE = 'ignoreprereqwarnings ignoreprereqerrors'

/** The commands of an installation script (VMware ESXi Installation and Setup; Broadcom’s guides of 8 and 9). */
const COMMANDS: Readonly<Record<string, Row>> = {
  accepteula: {},
  vmaccepteula: {},
  clearpart: { options: 'drives= alldrives ignoredrives= overwritevmfs firstdisk?' },
  dryrun: {},
  install: {
    options: `${PLACE} ignoressd overwritevsan overwritevmfs preservevmfs novmfsondisk systemdisk= ${IGNORE} forceunsupportedinstall dpuPciSlots=@8,9 ignorevmfs`,
  },
  installorupgrade: {
    options: `${PLACE} ignoressd overwritevsan overwritevmfs preservevmfs novmfsondisk ${IGNORE} forceunsupportedinstall forcemigrate dpuPciSlots=@8,9`,
  },
  keyboard: { words: 1 },
  serialnum: { options: 'esx=' },
  vmserialnum: { options: 'esx=' },
  network: {
    options: 'bootproto= device= ip= gateway= nameserver= netmask= hostname= vlanid= addvmportgroup=',
  },
  paranoid: {},
  part: { options: 'ondisk= ondrive= onfirstdisk?', words: 1 },
  partition: { options: 'ondisk= ondrive= onfirstdisk?', words: 1 },
  reboot: { options: 'noeject' },
  rootpw: { options: 'iscrypted', words: 1 },
  upgrade: {
    options: `${PLACE} deletecosvmdk ${IGNORE} forceunsupportedinstall forcemigrate savebootbank dpuPciSlots=@8,9`,
  },
}

/** Sections and the options that each knows. */
export const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  '%pre': ['interpreter'],
  '%post': ['interpreter', 'timeout', 'ignorefailure'],
  '%firstboot': ['interpreter'],
}

export type EsxiOption = 'flag' | 'value' | 'either'
/** What a release knows of a command: its options, and how many words may stand beside them. */
export type EsxiCommand = { options: ReadonlyMap<string, EsxiOption>; words: number }

const MARKS: Readonly<Record<string, EsxiOption>> = { '': 'flag', '=': 'value', '?': 'either' }

/** The commands that a release knows. */
export const commandsOf = (version: EsxiVersion): ReadonlyMap<string, EsxiCommand> =>
  new Map(
    Object.entries(COMMANDS).map(([name, { options = '', words = 0 }]) => {
      const known = options.split(' ').flatMap((option): [string, EsxiOption][] => {
        const [, word, mark = '', only] = /^([A-Za-z]+)([=?]?)(?:@(.+))?$/.exec(option) ?? []
        return word === undefined || (only && !only.split(',').includes(version)) ? [] : [[word, MARKS[mark]!]]
      })
      return [name, { options: new Map(known), words }]
    }),
  )

/** Keyboards by their names in the installer, and XKB's names of those. */
export const KEYBOARDS: Readonly<Record<string, string>> = {
  be: 'Belgian',
  br: 'Brazilian',
  ch: 'Swiss German',
  cz: 'Czechoslovakian',
  de: 'German',
  dk: 'Danish',
  ee: 'Estonian',
  es: 'Spanish',
  fi: 'Finnish',
  fr: 'French',
  gb: 'United Kingdom',
  gr: 'Greek',
  hr: 'Croatian',
  is: 'Icelandic',
  it: 'Italian',
  jp: 'Japanese',
  latam: 'Latin American',
  no: 'Norwegian',
  pl: 'Polish',
  pt: 'Portuguese',
  ru: 'Russian',
  se: 'Swedish',
  si: 'Slovenian',
  tr: 'Turkish',
  ua: 'Ukrainian',
  us: 'US Default',
}
/** Those that the installer has beside them. */
export const OTHER_KEYBOARDS: readonly string[] = ['Swiss French', 'US Dvorak', 'Default']
