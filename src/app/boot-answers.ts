import type { BootSecrets } from '../boot/boot-secrets.ts'
import type { Settings } from '../config/settings.ts'
import { AppError } from '../core/errors.ts'
import type { BootDecision } from '../domain/boot.ts'
import type { Run } from '../domain/run/run.ts'
import type { SeedFile } from '../protocol/agent-door.ts'
import type { Templates } from '../templates/template-folder.ts'

export type BootAnswersDeps = {
  templates: Templates
  secrets: BootSecrets
  ports: Settings['machines']
  doorPin: string
  findRun(id: string): Promise<Run | undefined>
}

const PROVE_UNIT = '/etc/systemd/system/slipway-prove.service'

/** Renders what machines are given: the iPXE script for a decision and the first-boot seed of a run. */
export function createBootAnswers({ templates, secrets, ports, doorPin, findRun }: BootAnswersDeps) {
  return {
    script: async (decision: BootDecision, mac: string, localAddress: string): Promise<string> => {
      const base = `http://${localAddress}:${ports.httpPort}`
      if (decision.kind === 'hold') return templates.render('ipxe/hold.ipxe.hbs', { base, runId: decision.runId })
      if (decision.kind !== 'grant') return templates.render('ipxe/local.ipxe.hbs', {})
      const { runId, session } = decision
      const run = await findRun(runId)
      if (!run) throw new AppError('run.not_found', `expected run ${runId}`)
      const code = secrets.issue({ kind: 'code', runId, session })
      const door = `${localAddress}:${ports.agentPort}`
      return templates.render('ipxe/deploy.ipxe.hbs', {
        ...{ runId, session, base, door, mac, code },
        kernelArguments: run.profile.kernelArguments,
      })
    },
    /** The files that make an image with systemd prove itself once after its first boot. */
    seed: (run: Run, doorAddress: string): SeedFile[] => {
      const verifyToken = secrets.issue({ kind: 'verify', runId: run.id, session: 0 })
      const factsUrl = `https://${doorAddress}:${ports.agentPort}/agent/facts`
      const { id: runId, manifestDigest } = run
      const file = (path: string, mode: number, content: string, append = false): SeedFile => ({
        path,
        mode,
        content,
        append,
      })
      return [
        file(
          '/var/lib/slipway/prove',
          0o700,
          templates.render('seed/prove.sh.hbs', { factsUrl, doorPin, verifyToken }),
        ),
        file(PROVE_UNIT, 0o644, templates.render('seed/slipway-prove.service.hbs', { runId })),
        {
          path: '/etc/systemd/system/multi-user.target.wants/slipway-prove.service',
          mode: 0o644,
          linkTo: PROVE_UNIT,
          append: false,
        },
        file('/etc/slipway-release', 0o644, templates.render('seed/release.hbs', { manifestDigest, runId }), true),
      ]
    },
  }
}
