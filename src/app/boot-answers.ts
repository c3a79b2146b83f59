import type { BootSecrets } from '../boot/boot-secrets.ts'
import { LOCAL_BOOT } from '../boot/local-boot.ts'
import type { Settings } from '../config/settings.ts'
import { AppError } from '../core/errors.ts'
import type { BootDecision } from '../domain/boot.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { Run } from '../domain/run/run.ts'
import { SCRIPT_BYTES } from '../ramdisk/boot-image.ts'
import type { BootScripts } from './boot-scripts.ts'
import { type InstallAnswers, type InstallRun, isInstallRun } from './install-answers.ts'

export type BootAnswersDeps = {
  render: BootScripts
  secrets: BootSecrets
  ports: Settings['machines']
  findRun(id: string): Promise<Run | undefined>
  installArguments: InstallAnswers['kernelArguments']
  /** Does what an installation needs; where that can not be done, the run has ended by it. */
  refusing<T>(runId: string, work: () => Promise<T>): Promise<T>
  /** On which of the segments at an address of ours the machine with this MAC is; undefined where nothing tells. */
  segmentOf(address: string, mac: string): string | undefined
  /** How the machine with this MAC goes on to its disk, by its hardware profile. */
  localBootOf(mac: string): Promise<HardwareProfile['localBoot']>
}

const LOCAL_SCRIPT = { exit: 'ipxeExit', sanboot: 'ipxeSanboot' } as const

type Grant = Extract<BootDecision, { kind: 'grant' }>
/** Who asks, and the address of the door that it asks. */
export type Asked = { mac: string; server: string; base: string }
/** What a run's kernel is started by: the agent's, or an installer's. */
export const GRANT_SCRIPT = {
  agent: { ipxe: 'ipxe/deploy.ipxe.hbs', grub: 'grub/deploy.cfg.hbs' },
  installer: { ipxe: 'ipxe/install.ipxe.hbs', grub: 'grub/install.cfg.hbs' },
} as const

/** What the script that starts an installer says. */
export const installWords = (
  { id: runId, image: installer, version }: InstallRun,
  asked: Asked,
  session: number,
  kernelArguments: readonly string[],
) => ({ ...asked, runId, session, installer, version, arguments: kernelArguments })

/** Renders the scripts that machines are given for a decision. */
export function createBootAnswers(deps: BootAnswersDeps) {
  const { render, secrets, ports, findRun, localBootOf } = deps
  const asks = (mac: string, server: string): Asked => ({ mac, server, base: `http://${server}:${ports.httpPort}` })
  const grantScript = async (
    loader: 'ipxe' | 'grub',
    { runId, session }: Grant,
    asked: Asked,
    mostBytes?: number,
  ): Promise<string> => {
    const run = await findRun(runId)
    if (!run) throw new AppError('run.not_found', `expected run ${runId}`)
    if (isInstallRun(run)) {
      const segment = deps.segmentOf(asked.server, asked.mac)
      const kernelArguments = await deps.installArguments(run, { address: asked.server, segment, session })
      const words = installWords(run, asked, session, kernelArguments)
      return deps.refusing(runId, () => render(GRANT_SCRIPT.installer[loader], words, mostBytes))
    }
    const door = `${asked.server}:${ports.agentPort}`
    const code = secrets.issue({ kind: 'code', runId, session })
    const { kernelArguments, consoles } = run.profile
    const words = { ...asked, runId, session, door, code, kernelArguments, consoles }
    return render(GRANT_SCRIPT.agent[loader], words, mostBytes)
  }
  return {
    script: async (decision: BootDecision, mac: string, localAddress: string): Promise<string> => {
      const asked = asks(mac, localAddress)
      if (decision.kind === 'hold') return render('ipxe/hold.ipxe.hbs', { ...asked, runId: decision.runId })
      if (decision.kind === 'menu') return render('ipxe/menu.ipxe.hbs', asked)
      if (decision.kind !== 'grant') return render(LOCAL_BOOT[LOCAL_SCRIPT[await localBootOf(mac)]].template, asked)
      return grantScript('ipxe', decision, asked)
    },
    /** GRUB's script by TFTP; undefined for a machine that is not ours. */
    grubScript: async (decision: BootDecision, mac: string, server: string): Promise<string | undefined> => {
      if (decision.kind === 'ignore') return undefined
      const asked = asks(mac, server)
      if (decision.kind === 'local') return render(LOCAL_BOOT.grubScript.template, asked)
      if (decision.kind === 'menu') return render('grub/menu.cfg.hbs', asked)
      if (decision.kind === 'hold') return render('grub/hold.cfg.hbs', { ...asked, runId: decision.runId })
      return grantScript('grub', decision, asked)
    },
    /** The script of the GRUB in the boot image, which is given under a grant and to a held machine only. */
    imageScript: async (
      decision: Extract<BootDecision, { kind: 'grant' | 'hold' }>,
      mac: string,
      server: string,
    ): Promise<string> => {
      const asked = asks(mac, server)
      return decision.kind === 'hold'
        ? render('grub/hold-image.cfg.hbs', { ...asked, runId: decision.runId }, SCRIPT_BYTES)
        : grantScript('grub', decision, asked, SCRIPT_BYTES)
    },
  }
}
