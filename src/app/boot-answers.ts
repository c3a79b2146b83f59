import type { BootSecrets } from '../boot/boot-secrets.ts'
import { LOCAL_BOOT } from '../boot/local-boot.ts'
import type { Settings } from '../config/settings.ts'
import { AppError } from '../core/errors.ts'
import type { BootDecision } from '../domain/boot.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import type { Run } from '../domain/run/run.ts'
import type { BootFacts } from '../image/manifest.ts'
import type { SeedFile } from '../protocol/agent-door.ts'
import type { Templates } from '../templates/template-folder.ts'
import type { AnswerFile } from './answer-files.ts'

export type BootAnswersDeps = {
  templates: Templates
  secrets: BootSecrets
  ports: Settings['machines']
  doorPin: string
  findRun(id: string): Promise<Run | undefined>
  /** How the machine with this MAC goes on to its disk, by its hardware profile. */
  localBootOf(mac: string): Promise<HardwareProfile['localBoot']>
}

const LOCAL_SCRIPT = { exit: 'ipxeExit', sanboot: 'ipxeSanboot' } as const
const PROVE_PROGRAM = '/var/lib/slipway/prove'

/** Renders what machines are given: the iPXE script for a decision and the first-boot seed of a run. */
export function createBootAnswers({ templates, secrets, ports, doorPin, findRun, localBootOf }: BootAnswersDeps) {
  const agentValues = async (
    { runId, session }: Extract<BootDecision, { kind: 'grant' }>,
    mac: string,
    localAddress: string,
  ) => {
    const run = await findRun(runId)
    if (!run) throw new AppError('run.not_found', `expected run ${runId}`)
    const base = `http://${localAddress}:${ports.httpPort}`
    const door = `${localAddress}:${ports.agentPort}`
    const code = secrets.issue({ kind: 'code', runId, session })
    const { kernelArguments, consoles } = run.profile
    return { runId, session, base, door, mac, code, kernelArguments, consoles }
  }
  return {
    script: async (decision: BootDecision, mac: string, localAddress: string): Promise<string> => {
      const base = `http://${localAddress}:${ports.httpPort}`
      if (decision.kind === 'hold') return templates.render('ipxe/hold.ipxe.hbs', { base, runId: decision.runId })
      if (decision.kind === 'menu') return templates.render('ipxe/menu.ipxe.hbs', { base, mac })
      if (decision.kind !== 'grant')
        return templates.render(LOCAL_BOOT[LOCAL_SCRIPT[await localBootOf(mac)]].template, {})
      return templates.render('ipxe/deploy.ipxe.hbs', await agentValues(decision, mac, localAddress))
    },
    /** GRUB's script by TFTP; undefined for a machine that is not ours. */
    grubScript: async (decision: BootDecision, mac: string, server: string): Promise<string | undefined> => {
      if (decision.kind === 'ignore') return undefined
      if (decision.kind === 'local') return templates.render(LOCAL_BOOT.grubScript.template, {})
      if (decision.kind === 'menu') return templates.render('grub/menu.cfg.hbs', { server })
      if (decision.kind === 'hold') return templates.render('grub/hold.cfg.hbs', { runId: decision.runId, server })
      return templates.render('grub/deploy.cfg.hbs', await agentValues(decision, mac, server))
    },
    /** The script of the GRUB in the boot image, which is given under a grant and to a held machine only. */
    imageScript: async (
      decision: Extract<BootDecision, { kind: 'grant' | 'hold' }>,
      mac: string,
      server: string,
    ): Promise<string> =>
      decision.kind === 'hold'
        ? templates.render('grub/hold-image.cfg.hbs', { runId: decision.runId })
        : templates.render('grub/deploy.cfg.hbs', await agentValues(decision, mac, server)),
    /**
     * The files that make an image prove itself once after its first boot, in the way that it knows; `told` are those of
     * its set-up, for an image with cloud-init.
     */
    seed: (run: Run, how: BootFacts['seed'], doorAddress: string, told?: readonly AnswerFile[]): SeedFile[] => {
      if (how === 'none') return []
      const verifyToken = secrets.issue({ kind: 'verify', runId: run.id, session: 0 })
      const factsUrl = `https://${doorAddress}:${ports.agentPort}/agent/facts`
      const { id: runId, manifestDigest, machine } = run
      const program = templates.render('seed/prove.sh.hbs', { factsUrl, doorPin, verifyToken })
      const release = templates.render('seed/release.hbs', { manifestDigest, runId })
      const starter = how === 'systemd' ? systemdSeed(templates, runId) : noCloudSeed(templates, runId, machine, told)
      return [file(PROVE_PROGRAM, 0o700, program), file('/etc/slipway-release', 0o644, release, true), ...starter]
    },
  }
}

const file = (path: string, mode: number, content: string, append = false): SeedFile => ({
  path,
  mode,
  content,
  append,
})

function systemdSeed(templates: Templates, runId: string): SeedFile[] {
  const unit = '/etc/systemd/system/slipway-prove.service'
  const wanted = '/etc/systemd/system/multi-user.target.wants/slipway-prove.service'
  return [
    file(unit, 0o644, templates.render('seed/slipway-prove.service.hbs', { runId })),
    { path: wanted, mode: 0o644, linkTo: unit, append: false },
  ]
}

const SEED_FOLDER = '/var/lib/cloud/seed/nocloud'
/** cloud-init runs what is here once for an instance id, whatever the settings run themselves. */
const PER_INSTANCE = '/var/lib/cloud/scripts/per-instance/slipway-prove'

/** cloud-init's NoCloud source in its seed folder; meta-data must hold an instance id. */
function noCloudSeed(templates: Templates, runId: string, machine: string, told?: readonly AnswerFile[]): SeedFile[] {
  const bare = [
    { name: 'meta-data', text: templates.render('seed/meta-data.hbs', { runId, machine }) },
    { name: 'user-data', text: templates.render('seed/user-data.hbs', {}) },
  ]
  return [
    ...(told ?? bare).map(({ name, text }) => file(`${SEED_FOLDER}/${name}`, 0o600, text)),
    file(PER_INSTANCE, 0o700, templates.render('seed/per-instance.sh.hbs', { program: PROVE_PROGRAM })),
  ]
}
