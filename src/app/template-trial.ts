import { redactSecrets } from '../access/secret-vault.ts'
import { AppError } from '../core/errors.ts'
import { HardwareProfile } from '../domain/hardware-profile.ts'
import { InstallLayer } from '../domain/install/install-settings.ts'
import { layerSettings } from '../domain/install/layer-settings.ts'
import { MadeUpMachine } from '../domain/install/made-up-machine.ts'
import { resolveInstall } from '../domain/install/resolve-install.ts'
import { REDACTED } from '../domain/install/secret-reference.ts'
import type { Family, FamilyFile } from '../families/family.ts'
import { renderGuarded } from '../templates/guarded-render.ts'
import { answerValues, fileValues } from './answer-files.ts'

const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org'
/** Options without which a family can do nothing. */
const families = {
  ...{ ignite: { disk: '0/1/1/0.0.0' }, jumpstart: { disk: 'c1t0d0' }, solaris: { disk: 'c1t0d0' } },
  nim: { pvid: '00c6ac0e1f2a3b4c' },
}
const PLAIN = InstallLayer.parse({ families })
/** As much as most families take, so that what stands within `{{#if}}` and `{{#each}}` is rendered too. */
const FULL = InstallLayer.parse({
  ...{ families, organization: 'Example', rootPassword: { secret: 'root' }, sshKeys: [SSH_KEY] },
  ...{ ntp: ['ntp.example.org'], lateCommands: ['true'] },
  users: [{ name: 'ada', fullName: 'Ada', password: { secret: 'ada' }, sshKeys: [SSH_KEY], admin: true }],
})
const SOME = InstallLayer.parse({ families, rootPassword: { secret: 'root' } })
const ADDRESS = '192.0.2.1'

/**
 * Renders a template that is not stored yet for a made-up machine of every release of its family, and for one that is told
 * much. A machine that the family itself refuses is no reason to refuse the template. Throws template.invalid,
 * template.value_missing and template.too_costly, which name the template, the line and the value.
 */
export async function tryTemplate(family: Family, file: FamilyFile, source: string): Promise<void> {
  const template = { name: file.template, source, format: file.format }
  const newest = family.releases.at(-1)!.name
  const machines = [
    ...family.releases.map(({ name }) => firstTaken(family, name, [PLAIN, SOME, FULL])),
    firstTaken(family, newest, [FULL]),
  ]
  for (const values of machines)
    if (values) await renderGuarded(template, fileValues(family, file, values), redactSecrets)
}

function firstTaken(
  family: Family,
  release: string,
  layers: readonly InstallLayer[],
): Record<string, unknown> | undefined {
  for (const layer of layers) {
    try {
      return valuesOf(family, release, layer)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  }
  return undefined
}

function valuesOf(family: Family, release: string, layer: InstallLayer): Record<string, unknown> {
  const inventory = MadeUpMachine.parse({})
  const { name, bootMac, uuid, serial, nics } = inventory
  const { settings, options } = layerSettings({ run: layer }, family.name)
  const base = `http://${ADDRESS}:8081`
  const values = resolveInstall({
    ...{ runId: 'trial', family: family.name, release, passwords: family.passwords, settings, bootMac, inventory },
    machine: { name, uuid, serial, macs: nics.map(({ mac }) => mac) },
    domain: 'example.org',
    profile: HardwareProfile.parse({ name: 'none', kernelArguments: layer === FULL ? ['quiet'] : [] }),
    urls: {
      ...{ base, answers: `${base}/boot/answers/`, callback: `${base}/boot/callback/${REDACTED}` },
      ...{ door: `${ADDRESS}:8443`, logHost: ADDRESS, logPort: 514 },
    },
  })
  return answerValues({ family, release, values, options })
}
