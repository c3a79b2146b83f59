import { stringify } from 'yaml'
import { LEAVABLE_CHECKS } from '../../domain/check.ts'
import type { HardwareProfile } from '../../domain/hardware-profile.ts'
import type { InstallDiskRule } from '../../domain/install-disk.ts'
import { MATCH_FIELDS } from '../../domain/matching/match-fields.ts'
import { type MatchRule, OPERATORS } from '../../domain/matching/match-rule.ts'
import type { PreviewAnswer } from '../api/profile-routes.ts'
import { formRules, ruleValue, sizeWords } from './profile-form.ts'

/** The choices of the form: fields, operators and rules for the disk, from their tables. */
export const FORM_CHOICES = {
  fields: Object.entries(MATCH_FIELDS).map(([name, { says, type }]) => ({ name, says, type })),
  operators: Object.entries(OPERATORS).map(([name, { says, types }]) => ({ name, says, types: types.join(' ') })),
  disks: [
    { name: 'only', says: 'the only disk there is', hint: '' },
    { name: 'smallest', says: 'the smallest of at least', hint: '200 GB' },
    { name: 'largest', says: 'the largest', hint: 'rotating: yes, no, or empty for either' },
    { name: 'path', says: 'the one at the path', hint: 'pci-0000:00:1f.2-ata-1' },
    { name: 'serial', says: 'the one with the serial number', hint: 'S3Z9NB0K' },
    { name: 'wwn', says: 'the one with the WWN', hint: '0x5000c500a1b2c3d4' },
  ],
}

const MORE = [
  'storage',
  'network',
  'install',
  'drivers',
  'firmwarePackages',
  'power',
  'checks',
  'biosSettings',
] as const

/** What the form shows of a profile; of a new one its defaults. */
export const formOf = (spec: HardwareProfile) => ({
  ...spec,
  rules: formRules(spec.match),
  when: spec.match?.when ?? 'all',
  priority: spec.match?.priority ?? 100,
  disk: { by: spec.installDisk.by, value: diskValue(spec.installDisk) },
  kernelArguments: spec.kernelArguments.join(' '),
  consoles: spec.consoles.join(' '),
  more: moreYaml(spec),
})

/** The parts that the form has no fields for, as they would be written. */
export function moreYaml(spec: HardwareProfile): string {
  const parts = MORE.flatMap((name) => {
    const value = spec[name]
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [[name, value] as const]
  })
  return parts.length === 0 ? '' : stringify(Object.fromEntries(parts))
}

export const profileRow = (spec: HardwareProfile, version: number | undefined, machines: number) => ({
  ...{ name: spec.name, description: spec.description, version, machines },
  when: spec.match?.when,
  rules: (spec.match?.rules ?? []).map(ruleWords),
  priority: spec.match?.priority,
})

/** A profile's fields in words, for its page. */
export const profileFacts = (spec: HardwareProfile) => ({
  ...profileRow(spec, undefined, 0),
  disk: diskWords(spec.installDisk),
  ...{ ramdisk: spec.ramdisk, localBoot: spec.localBoot, deadlineFactor: spec.deadlineFactor },
  ...{ consoles: spec.consoles, kernelArguments: spec.kernelArguments, power: spec.power?.driver },
  leftOut: LEAVABLE_CHECKS.filter((id) => spec.checks?.leaveOut.includes(id)),
  bios: spec.biosSettings,
  more: moreYaml({ ...spec, power: undefined, checks: undefined, biosSettings: [] }),
})

/** `product is like “PowerEdge*”`. */
export function ruleWords(rule: MatchRule): string {
  const value = ruleValue(rule)
  return `${rule.field} ${OPERATORS[rule.is].says}${value === '' ? '' : ` “${value}”`}`
}

const diskValue = (rule: InstallDiskRule): string =>
  Object.entries(rule)
    .filter(([key]) => key !== 'by')
    .map(([, value]) =>
      typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'number' ? sizeWords(value) : value,
    )
    .join(' ')

function diskWords(rule: InstallDiskRule): string {
  const { says } = FORM_CHOICES.disks.find(({ name }) => name === rule.by)!
  if (rule.by === 'smallest') return `${says} ${sizeWords(rule.atLeastBytes)}`
  if (rule.by !== 'largest') return `${says} ${diskValue(rule)}`.trim()
  return rule.rotational === undefined ? says : `${says} that is ${rule.rotational ? 'rotating' : 'solid state'}`
}

type Row = PreviewAnswer['rows'][number]

/** What a preview says of each machine, in words and a colour. */
export const previewView = (preview: PreviewAnswer, name: string) => ({
  ...preview,
  more: Math.max(0, preview.matching + preview.losing - preview.rows.length),
  rows: preview.rows.map((row) => ({ ...row, ...standing(row, name) })),
})

function standing({ matches, now, would }: Row, name: string): { says: string; colour: string } {
  if (would.by === 'person') return { says: `keeps ${would.name}: ${would.why}`, colour: 'secondary' }
  if (!matches) return { says: `loses it, gets ${would.name ?? 'none'}`, colour: 'orange' }
  if (would.name === name)
    return now.name === name ? { says: 'has it', colour: 'green' } : { says: 'gets it', colour: 'blue' }
  return {
    says: would.name === undefined ? `gets none: ${would.why}` : `has ${would.name}: ${would.why}`,
    colour: 'orange',
  }
}
