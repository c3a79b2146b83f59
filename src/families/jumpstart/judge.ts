import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'

const SLICE = String.raw`(rootdisk|c\d+(t[0-9A-F]+)?d\d+)\.?s[0-7]`
const MIB = String.raw`(free|all|auto|existing|\d+)`

/** Keywords of a profile and the words behind them (Solaris 10: custom JumpStart). */
const KEYWORDS: Readonly<Record<string, RegExp>> = {
  archive_location: /^\S+/,
  backup_media: /^\S+/,
  boot_device: /^(c\d+(t[0-9A-F]+)?d\d+s[0-7]|existing|any) (update|preserve)$/,
  bootenv: /^createbe /,
  client_arch: /^\S+$/,
  client_root: /^\d+$/,
  client_swap: /^\d+$/,
  cluster: /^SUNW\w+( (add|delete))?$/,
  dontuse: /^\S+/,
  fdisk: /^(rootdisk|all|c\d+(t[0-9A-F]+)?d\d+) (solaris|dosprimary|x86boot|\d+|0x[0-9A-F]+) (all|maxfree|delete|\d+)$/,
  filesys: new RegExp(`^(${SLICE} ${MIB} (\\S+)( \\S+)*|mirror(:\\S+)? .*|\\S+:\\S+ .*)$`),
  forced_deployment: /^(yes|no)$/,
  geo: /^\S+$/,
  install_type: /^(initial_install|upgrade|flash_install|flash_update)$/,
  layout_constraint: /^\S+ /,
  local_customization: /^\S+$/,
  locale: /^\S+$/,
  metadb: /^\S+/,
  no_content_check: /^(yes|no)$/,
  no_master_check: /^(yes|no)$/,
  num_clients: /^\d+$/,
  package: /^\S+( (add|delete)( .*)?)?$/,
  partitioning: /^(default|existing|explicit)$/,
  patch: /^\S+/,
  pool: /^\S+ (auto|all|existing|\S+) \S+ \S+ .+$/,
  root_device: new RegExp(`^${SLICE}$`),
  system_type: /^(standalone|server)$/,
  usedisk: /^\S+/,
}
const KEYS: Readonly<Record<string, RegExp>> = {
  auto_reg: /^(disable|none|anon)$/,
  keyboard: /^[\w-]+$/,
  name_service: /^(NONE|(DNS|NIS|NIS\+|LDAP) \{.*\})$/,
  network_interface: /^(NONE|PRIMARY|\w+)( \{.*\})?$/,
  nfs4_domain: /^\S+$/,
  root_password: /^(\$\S+|\*LK\*|\S{13}|REDACTED)$/,
  security_policy: /^(NONE|kerberos \{.*\})$/,
  service_profile: /^(limited_net|open)$/,
  system_locale: /^\S+$/,
  terminal: /^\S+$/,
  timeserver: /^\S+$/,
  timezone: /^\S+$/,
}
/** What sysidtool asks for where it is not said. */
const NEEDED = [
  ...['keyboard', 'name_service', 'network_interface', 'nfs4_domain', 'root_password', 'security_policy'],
  ...['system_locale', 'terminal', 'timeserver', 'timezone'],
]

/** Judges a profile and a sysidcfg by their keywords, and scripts by the shell. */
export async function judgeJumpstart(files: readonly JudgedFile[]): Promise<Finding[]> {
  const all = await Promise.all(
    files.map(({ name, text }) => {
      if (name.endsWith('.sh')) return checkShell(name, 1, text)
      const judge = name === 'sysidcfg' ? judgeSysidcfg : name === 'rules' ? judgeRules : judgeProfile
      return findingsOf(name, judge(linesOf(text)))
    }),
  )
  return all.flat()
}

type Line = { line: number; text: string }
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .map((one, at) => ({ line: at + 1, text: one.replace(/#.*/, '').trim() }))
    .filter((one) => one.text !== '')

const split = (text: string, mark: string): [string, string] => {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function judgeProfile(lines: Line[]): Problem[] {
  const rows = lines.map(({ line, text }) => ({ line, words: split(text, ' ') }))
  const all = (keyword: string) => rows.filter(({ words }) => words[0] === keyword)
  const mounts = all('filesys').map(({ line, words }) => ({ line, mount: words[1].split(' ')[2] }))
  const first = rows[0]
  return [
    ...rows.flatMap(({ line, words: [keyword, rest] }) => {
      const shape = KEYWORDS[keyword]
      if (!shape) return [problem(line, `expected a keyword of a profile, got ${keyword}`)]
      return shape.test(rest) ? [] : [problem(line, `expected ${keyword} of the form ${shape}, got ${rest}`)]
    }),
    ...(first?.words[0] === 'install_type' ? [] : [problem(first?.line ?? 1, 'expected install_type first')]),
    ...mounts
      .filter(({ mount }, at) => mount !== 'swap' && mounts.findIndex((other) => other.mount === mount) < at)
      .map(({ line, mount }) => problem(line, `expected a mount point of its own, got ${mount} again`)),
    ...(all('partitioning').some(({ words }) => words[1] === 'explicit') && !mounts.some(({ mount }) => mount === '/')
      ? [problem(all('partitioning')[0]!.line, 'expected a file system that is mounted at /, got none')]
      : []),
    ...(all('cluster').length > 0
      ? []
      : [problem(1, 'expected cluster, without which nobody knows what is installed')]),
  ]
}

function judgeSysidcfg(lines: Line[]): Problem[] {
  const rows = lines.map(({ line, text }) => ({ line, words: split(text, '=') }))
  const missing = NEEDED.filter((key) => !rows.some(({ words }) => words[0] === key))
  return [
    ...rows.flatMap(({ line, words: [key, value] }, at) => {
      const shape = KEYS[key]
      if (!shape) return [problem(line, `expected a keyword of sysidcfg, got ${key}`)]
      const again = key !== 'network_interface' && rows.findIndex((other) => other.words[0] === key) < at
      return [
        ...(shape.test(value) ? [] : [problem(line, `expected ${key} of the form ${shape}, got ${value}`)]),
        ...(again ? [problem(line, `expected ${key} once, got it again`)] : []),
      ]
    }),
    ...missing.map((key) => problem(1, `expected ${key}, without which it asks`)),
  ]
}

const judgeRules = (lines: Line[]): Problem[] =>
  lines
    .filter(({ text }) => !/^\S+ \S+( && \S+ \S+)* \S+ \S+ \S+$/.test(text))
    .map(({ line, text }) => problem(line, `expected a rule, begin script, profile and finish script, got ${text}`))
