import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkShell } from '../formats/check-shell.ts'
import { findingsOf, type Problem, problem } from '../formats/problem.ts'
import { readIgnite, type Setting } from './config-file.ts'

const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/
const SWITCH = /^(TRUE|FALSE|true|false)$/

/** Settings of a client's configuration: the shape of each, and whether it has an index (instl_adm(4)). */
const SETTINGS: Readonly<Record<string, { shape: RegExp; indexed?: true; isText: boolean }>> = {
  _hp_disk_layout: { shape: /./, isText: true },
  _hp_keyboard: { shape: /^\w+$/, isText: true },
  _hp_locale: { shape: /^\S+$/, isText: true },
  _hp_root_disk: { shape: /^[0-9a-fx/.]+$/i, isText: true },
  broadcast_addr: { shape: ADDRESS, indexed: true, isText: true },
  cfg: { shape: SWITCH, isText: false },
  control_cfg_detail_level: { shape: /^[ipvs]+$/, isText: true },
  dhcp_request: { shape: SWITCH, indexed: true, isText: false },
  dns_domain: { shape: /^[\w.-]+$/, isText: true },
  dns_nameserver: { shape: ADDRESS, isText: true },
  ip_addr: { shape: ADDRESS, indexed: true, isText: true },
  is_net_info_temporary: { shape: SWITCH, isText: false },
  netmask: { shape: /^(0x[0-9a-f]{8}|\d{1,3}(\.\d{1,3}){3})$/, indexed: true, isText: true },
  post_config_script: { shape: /^\//, isText: true },
  route_destination: { shape: /^(default|\d{1,3}(\.\d{1,3}){3})$/, indexed: true, isText: true },
  route_gateway: { shape: ADDRESS, indexed: true, isText: true },
  run_ui: { shape: SWITCH, isText: false },
  system_name: { shape: /^[A-Za-z0-9-]{1,63}$/, isText: true },
  timezone: { shape: /^[A-Z]{3}[-+]?\d{1,2}(:\d\d)?([A-Z]{3})?/, isText: true },
}
/** What Ignite-UX asks for, or takes from anywhere, where it is not said. */
const NEEDED = ['cfg', 'run_ui', '_hp_root_disk', 'system_name', 'timezone', 'is_net_info_temporary']

/** Judges a client’s configuration by its settings, and scripts by the shell. */
export async function judgeIgnite(files: readonly JudgedFile[]): Promise<Finding[]> {
  const all = await Promise.all(
    files.map(({ name, text }) => {
      if (name.endsWith('.sh')) return checkShell(name, 1, text)
      const { settings, findings } = readIgnite(name, text)
      return [...findings, ...findingsOf(name, [...settings.flatMap(judgeSetting), ...judgeWhole(settings)])]
    }),
  )
  return all.flat()
}

function judgeSetting({ line, key, index, value, isText }: Setting): Problem[] {
  const known = SETTINGS[key]
  if (!known) return [problem(line, `expected a setting that is known here, got ${key}`)]
  return [
    ...(known.shape.test(value) ? [] : [problem(line, `expected ${key} of the form ${known.shape}, got ${value}`)]),
    ...(known.isText === isText
      ? []
      : [problem(line, `expected ${known.isText ? 'quotes' : 'no quotes'} around ${key}`)]),
    ...((known.indexed ?? false) === (index !== undefined)
      ? []
      : [problem(line, `expected ${known.indexed ? 'an index' : 'no index'} of ${key}`)]),
  ]
}

function judgeWhole(settings: Setting[]): Problem[] {
  const again = settings.filter(
    ({ key, index }, at) => settings.findIndex((other) => other.key === key && other.index === index) < at,
  )
  const ui = settings.find(({ key }) => key === 'run_ui')
  return [
    ...again.map(({ line, key }) => problem(line, `expected ${key} once, got it again`)),
    ...NEEDED.filter((key) => !settings.some((one) => one.key === key)).map((key) =>
      problem(1, `expected ${key}, got none`),
    ),
    ...(ui && ui.value.toUpperCase() !== 'FALSE'
      ? [problem(ui.line, 'expected run_ui FALSE, without which it asks')]
      : []),
    ...(settings.some(({ key }) => key === 'ip_addr' || key === 'dhcp_request')
      ? []
      : [problem(1, 'expected ip_addr or dhcp_request, got neither')]),
  ]
}
