import type { BootSecrets } from '../boot/boot-secrets.ts'
import type { Settings } from '../config/settings.ts'
import type { Run } from '../domain/run/run.ts'
import type { BootFacts } from '../image/manifest.ts'
import type { SeedFile } from '../protocol/agent-door.ts'
import type { Templates } from '../templates/template-folder.ts'
import type { AnswerFile } from './answer-files.ts'

export type SeedFilesDeps = {
  templates: Templates
  secrets: BootSecrets
  ports: Pick<Settings['machines'], 'agentPort'>
  doorPin: string
}

const PROVE_PROGRAM = '/var/lib/slipway/prove'
const RELEASE = '/etc/slipway-release'

/** Makes what a new system proves itself by: files that an agent puts on its disk, or a script that puts them there. */
export function createSeedFiles({ templates, secrets, ports, doorPin }: SeedFilesDeps) {
  const program = (run: Run, doorAddress: string): SeedFile => {
    const verifyToken = secrets.issue({ kind: 'verify', runId: run.id, session: 0 })
    const factsUrl = `https://${doorAddress}:${ports.agentPort}/agent/facts`
    return file(PROVE_PROGRAM, 0o700, templates.render('seed/prove.sh.hbs', { factsUrl, doorPin, verifyToken }))
  }
  return {
    /**
     * The files that make an image prove itself once after its first boot, in the way that it knows; `told` are those of
     * its set-up, for an image with cloud-init.
     */
    ofImage: (run: Run, how: BootFacts['seed'], doorAddress: string, told?: readonly AnswerFile[]): SeedFile[] => {
      if (how === 'none') return []
      const { id: runId, manifestDigest, machine } = run
      const release = templates.render('seed/release.hbs', { manifestDigest, runId })
      const starter = how === 'systemd' ? systemdSeed(templates, runId) : noCloudSeed(templates, runId, machine, told)
      return [program(run, doorAddress), file(RELEASE, 0o644, release, true), ...starter]
    },
    /** A script for a system that was just installed, which makes it prove itself once after its first start. */
    ofInstallation: (run: Run, doorAddress: string): string => {
      const { id: runId, image, version, manifestDigest } = run
      const release = templates.render('seed/installed-release.hbs', { image, version, manifestDigest, runId })
      const all = [program(run, doorAddress), file(RELEASE, 0o644, release), ...systemdSeed(templates, runId)]
      const files = all.map(({ path, mode, content, linkTo }) => ({
        ...{ path, mode: mode.toString(8), content: content ?? '', linkTo: linkTo ?? null },
      }))
      return templates.render('seed/put.sh.hbs', { runId, files })
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
