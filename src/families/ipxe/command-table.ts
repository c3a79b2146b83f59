/**
 * A command: its options as `name/letter`, of which `=` take a value and `=#` a number; how many words may stand beside them
 * (one number where it is exact, no end without the second); and whether those words are text, which quotes may be part of.
 */
type Row = { options?: string; words?: readonly [least: number, most?: number]; isText?: true }

const FETCH = 'name/n= timeout/t=# quiet/q autofree/a'
const RUN = `${FETCH} replace/r`
const HOOK = 'drive/d=# no-describe/n'
const CERTIFICATE = 'subject/s= keep/k'
const WAIT = 'timeout/t=#'
const SETUP = 'configurator/c= timeout/t=#'
const SUM: Row = { options: 'set/s=', words: [1] }
const MENU: Row = { options: 'name/n= delete/d', words: [0], isText: true }

/** The commands of iPXE’s command reference (ipxe.org/cmd). */
const COMMANDS: Readonly<Record<string, Row>> = {
  autoboot: { words: [0] },
  boot: { options: RUN, words: [0], isText: true },
  certfree: { options: CERTIFICATE },
  certstat: { options: CERTIFICATE },
  certstore: { options: CERTIFICATE, words: [0, 1] },
  chain: { options: RUN, words: [0], isText: true },
  choose: { options: 'menu/m= default/d= timeout/t=# retimeout/r=# keep/k', words: [1, 1] },
  clear: { words: [1, 1] },
  colour: { options: 'basic/b=# rgb/r=#', words: [1, 1] },
  config: { words: [0, 1] },
  console: {
    options: 'x/x=# y/y=# left/l=# right/r=# top/t=# bottom/b=# depth/d=# picture/p= keep/k',
  },
  cpair: { options: 'foreground/f=# background/b=#', words: [1, 1] },
  cpuid: { options: 'ext/e amd/a ecx/c', words: [1, 1] },
  dhcp: { options: SETUP, words: [0] },
  echo: { options: 'n/n', words: [0], isText: true },
  exit: { words: [0, 1] },
  fcels: { options: 'port/p= id/i=', words: [1, 1] },
  fcstat: {},
  fdt: { options: 'timeout/t=# quiet/q', words: [0, 1] },
  form: MENU,
  gdbstub: { words: [1] },
  goto: { words: [1, 1] },
  help: {},
  ibstat: {},
  ifclose: { words: [0] },
  ifconf: { options: SETUP, words: [0] },
  iflinkwait: { options: WAIT, words: [0] },
  ifopen: { words: [0] },
  ifstat: { words: [0] },
  imgargs: { options: FETCH, words: [1], isText: true },
  imgdecrypt: { options: 'name/n= keep/k timeout/t=# quiet/q', words: [2, 2] },
  imgexec: { options: RUN, words: [0], isText: true },
  imgextract: { options: 'name/n= keep/k timeout/t=# quiet/q', words: [1, 1] },
  imgfetch: { options: FETCH, words: [1], isText: true },
  imgfree: { words: [0] },
  imgload: { options: FETCH, words: [1], isText: true },
  imgmem: { options: 'name/n=', words: [2, 2] },
  imgselect: { options: FETCH, words: [1], isText: true },
  imgset: { options: 'keep/k timeout/t=# quiet/q', words: [2, 2] },
  imgstat: { words: [0] },
  imgtrust: { options: 'allow/a permanent/p' },
  imgverify: { options: 'signer/s= keep/k timeout/t=# quiet/q', words: [2, 2] },
  inc: { words: [1, 2] },
  initrd: { options: FETCH, words: [1], isText: true },
  ipstat: {},
  iseq: { words: [2, 2] },
  isset: { words: [1, 1] },
  item: { options: 'menu/m= form/f= key/k= default/d secret/s gap/g', words: [0], isText: true },
  iwlist: { words: [0] },
  iwstat: { words: [0] },
  kernel: { options: FETCH, words: [1], isText: true },
  login: {},
  lotest: { options: 'mtu/m=# broadcast/b', words: [2, 2] },
  md5sum: SUM,
  menu: MENU,
  module: { options: FETCH, words: [1], isText: true },
  nslookup: { words: [2, 2] },
  nstat: {},
  ntp: { words: [1, 1] },
  param: { options: 'params/p= header/H', words: [1], isText: true },
  params: { options: 'name/n= method/m= delete/d' },
  pciscan: { words: [1, 1] },
  ping: { options: 'size/s=# timeout/t=# count/c=# quiet/q', words: [1, 1] },
  poweroff: {},
  present: { options: 'form/f= keep/k' },
  profstat: {},
  prompt: { options: 'key/k= timeout/t=#', words: [0], isText: true },
  pxebs: { words: [2, 2] },
  read: { words: [1, 1] },
  reboot: { options: 'warm/w setup/s' },
  route: {},
  sanboot: { options: `${HOOK} keep/k filename/f= extra/e= label/l= uuid/u=`, words: [0] },
  sanhook: { options: HOOK, words: [1] },
  sanunhook: { options: 'drive/d=#' },
  set: { words: [1] },
  sha1sum: SUM,
  sha256sum: SUM,
  sha512sum: SUM,
  shell: {},
  shim: { options: 'timeout/t=# quiet/q require-loader/l allow-pxe/p allow-sbat/s', words: [0, 1] },
  show: { options: 'quiet/q', words: [1, 1] },
  sleep: { words: [1, 1] },
  startpxe: { words: [0] },
  stoppxe: {},
  sync: { options: WAIT },
  time: { words: [1] },
  usbscan: { words: [1, 1] },
  vcreate: { options: 'tag/t=# priority/p=#', words: [1, 1] },
  vdestroy: { words: [1, 1] },
}

/** What the loaders of Debian 12, which Slipway starts, were built without, or are too old for. */
export const NOT_IN_DEBIAN: ReadonlySet<string> = new Set([
  ...'certfree certstat certstore colour console cpair fcels fcstat fdt gdbstub iflinkwait imgdecrypt imgextract'.split(
    ' ',
  ),
  ...'imgmem imgset imgtrust imgverify ipstat lotest md5sum nslookup nstat ntp param pciscan ping poweroff'.split(' '),
  ...'present profstat sha1sum sha256sum sha512sum shim startpxe stoppxe usbscan vcreate vdestroy'.split(' '),
  ...'--quiet --retimeout --secret --method --setup --extra --label'.split(' '),
])

/** Types of settings (ipxe.org/cfg). */
export const SETTING_TYPES: readonly string[] = [
  ...['string', 'uristring', 'ipv4', 'ipv6', 'int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'],
  ...['hex', 'hexhyp', 'hexraw', 'base64', 'uuid', 'guid', 'busdevfn', 'dnssl'],
]

export type IpxeOption = { name: string; takes: 'nothing' | 'text' | 'number' }
/** A command by its options (`--name` and `-n`, as they are written), and how many words it takes. */
export type IpxeCommandRow = {
  options: ReadonlyMap<string, IpxeOption>
  least: number
  most: number
  isText: boolean
}

const TAKES: Readonly<Record<string, IpxeOption['takes']>> = { '': 'nothing', '=': 'text', '=#': 'number' }

/** The commands of iPXE by their names. Each also takes `--help`. */
export const IPXE_COMMANDS: ReadonlyMap<string, IpxeCommandRow> = new Map(
  Object.entries(COMMANDS).map(([name, { options = '', words = [0, 0], isText = false }]) => {
    const [least, most = Number.POSITIVE_INFINITY] = words
    return [name, { options: optionsOf(options), least, most, isText }]
  }),
)

function optionsOf(options: string): Map<string, IpxeOption> {
  const known = `${options} help/h`.split(' ').flatMap((option): [string, IpxeOption][] => {
    const [, name, letter, takes = ''] = /^([a-z-]+)\/(.)(=?#?)$/.exec(option) ?? []
    if (name === undefined) return []
    const row = { name: `--${name}`, takes: TAKES[takes]! }
    return [
      [`--${name}`, row],
      [`-${letter}`, row],
    ]
  })
  return new Map(known)
}
