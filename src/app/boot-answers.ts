import type { BootSecrets } from '../boot/boot-secrets.ts'
import { LOCAL_BOOT } from '../boot/local-boot.ts'
import type { Settings } from '../config/settings.ts'
import { AppError } from '../core/errors.ts'
import type { BootDecision } from '../domain/boot.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { Run } from '../domain/run/run.ts'
import type { Templates } from '../templates/template-folder.ts'
import { type InstallAnswers, isInstallRun } from './install-answers.ts'

export type BootAnswersDeps = {
  templates: Templates
  secrets: BootSecrets
  ports: Settings['machines']
  findRun(id: string): Promise<Run | undefined>
  installArguments: InstallAnswers['kernelArguments']
  /** How the machine with this MAC goes on to its disk, by its hardware profile. */
  localBootOf(mac: string): Promise<HardwareProfile['localBoot']>
}

const LOCAL_SCRIPT = { exit: 'ipxeExit', sanboot: 'ipxeSanboot' } as const

type Grant = Extract<BootDecision, { kind: 'grant' }>
type Loader = 'ipxe' | 'grub'
/** What a run's kernel is started by: the agent's, or an installer's. */
const GRANT_SCRIPT = {
  agent: { ipxe: 'ipxe/deploy.ipxe.hbs', grub: 'grub/deploy.cfg.hbs' },
  installer: { ipxe: 'ipxe/install.ipxe.hbs', grub: 'grub/install.cfg.hbs' },
} as const

/** Renders the scripts that machines are given for a decision. */
export function createBootAnswers(deps: BootAnswersDeps) {
  const { templates, secrets, ports, findRun, localBootOf } = deps
  /** `address` is that of the door which the machine asks. */
  const grantScript = async (
    loader: Loader,
    { runId, session }: Grant,
    mac: string,
    address: string,
  ): Promise<string> => {
    const run = await findRun(runId)
    if (!run) throw new AppError('run.not_found', `expected run ${runId}`)
    const common = { runId, session, base: `http://${address}:${ports.httpPort}` }
    if (isInstallRun(run)) {
      const kernelArguments = await deps.installArguments(run, { address, session })
      const values = { ...common, installer: run.image, version: run.version, arguments: kernelArguments }
      return templates.render(GRANT_SCRIPT.installer[loader], values)
    }
    const door = `${address}:${ports.agentPort}`
    const code = secrets.issue({ kind: 'code', runId, session })
    const { kernelArguments, consoles } = run.profile
    return templates.render(GRANT_SCRIPT.agent[loader], { ...common, door, mac, code, kernelArguments, consoles })
  }
  return {
    script: async (decision: BootDecision, mac: string, localAddress: string): Promise<string> => {
      const base = `http://${localAddress}:${ports.httpPort}`
      if (decision.kind === 'hold') return templates.render('ipxe/hold.ipxe.hbs', { base, runId: decision.runId })
      if (decision.kind === 'menu') return templates.render('ipxe/menu.ipxe.hbs', { base, mac })
      if (decision.kind !== 'grant')
        return templates.render(LOCAL_BOOT[LOCAL_SCRIPT[await localBootOf(mac)]].template, {})
      return grantScript('ipxe', decision, mac, localAddress)
    },
    /** GRUB's script by TFTP; undefined for a machine that is not ours. */
    grubScript: async (decision: BootDecision, mac: string, server: string): Promise<string | undefined> => {
      if (decision.kind === 'ignore') return undefined
      if (decision.kind === 'local') return templates.render(LOCAL_BOOT.grubScript.template, {})
      if (decision.kind === 'menu') return templates.render('grub/menu.cfg.hbs', { server })
      if (decision.kind === 'hold') return templates.render('grub/hold.cfg.hbs', { runId: decision.runId, server })
      return grantScript('grub', decision, mac, server)
    },
    /** The script of the GRUB in the boot image, which is given under a grant and to a held machine only. */
    imageScript: async (
      decision: Extract<BootDecision, { kind: 'grant' | 'hold' }>,
      mac: string,
      server: string,
    ): Promise<string> =>
      decision.kind === 'hold'
        ? templates.render('grub/hold-image.cfg.hbs', { runId: decision.runId })
        : grantScript('grub', decision, mac, server),
  }
}
