import type { BootDecider } from '../boot/boot-decider.ts'
import { bootFields } from '../boot/boot-fields.ts'
import { firmwareOf } from '../boot/firmware.ts'
import { type IdentityDeps, identify, type RegisteredMachine } from '../boot/identity.ts'
import { LOCAL_BOOT } from '../boot/local-boot.ts'
import { AppError } from '../core/errors.ts'
import type { BootClient, BootDecision } from '../domain/boot.ts'
import type { BootPreview, BootPreviewRow, BootQuestion } from '../domain/boot-preview.ts'
import type { Run } from '../domain/run/run.ts'
import { isUnderGrant } from '../domain/run/run-states.ts'
import type { Segment } from '../domain/segment.ts'
import { askings } from './boot-preview-askings.ts'
import { inMode, type Previewed } from './boot-preview-modes.ts'

export type BootPreviewDeps = {
  decider: BootDecider
  machines: IdentityDeps<RegisteredMachine>
  openRun(machine: string): Promise<Run | undefined>
  segments: { list(): Promise<Segment[]> }
  /** The segment on which a MAC has a lease now. */
  segmentOf(mac: string): Promise<string | undefined>
  httpPort: number
}

/**
 * Asks the one decider what every transport would say to any MAC. Begins no boot session and notes nothing. Throws
 * resource.not_found where the segment is not there, request.invalid where class and architecture contradict each other.
 */
export function createBootPreview(deps: BootPreviewDeps) {
  return async (question: BootQuestion): Promise<BootPreview> => {
    const { mac, uuid } = question
    const ways = askings(question)
    const segment = await findSegment(deps, question)
    const { machine, contradictions } = await identify({ mac, uuid }, deps.machines)
    const impostor = contradictions.find(({ claims }) => claims === 'mac')?.says
    const run = machine && (await deps.openRun(machine.name))
    const granted = run && isUnderGrant(run.state) ? run : undefined
    const rows: BootPreviewRow[] = []
    for (const way of ways) {
      const client: BootClient = { segment: segment.name, mac, uuid, arch: way.arch, stage: way.stage ?? 'ipxe' }
      const seen = await (way.class === 'script' ? askScript(deps, mac, granted) : ask(deps, segment, client, granted))
      rows.push({ ...way.row, ...inMode(segment.mode, way, impostor ? refusal(impostor) : seen) })
    }
    const name = machine?.name ?? (await deps.machines.findByMac(mac))?.name
    return { mac, machine: name, segment: segment.name, mode: segment.mode, rows }
  }
}

const refusal = (why: string): Previewed => ({ kind: 'ignore', why, answer: '', tells: false, refused: true })

async function findSegment({ segments, segmentOf }: BootPreviewDeps, { mac, segment }: BootQuestion): Promise<Segment> {
  const all = await segments.list()
  const wanted = segment ?? (await segmentOf(mac))
  const found = wanted === undefined ? (all.find(({ mode }) => mode !== 'off') ?? all[0]) : byName(all, wanted)
  if (found) return found
  const known = all.map(({ name }) => name).join(', ') || 'none'
  throw new AppError('resource.not_found', `expected a segment (there is ${known}), got ${wanted ?? 'none'}`)
}

const byName = (all: Segment[], wanted: string): Segment | undefined => all.find(({ name }) => name === wanted)

async function ask(deps: BootPreviewDeps, segment: Segment, client: BootClient, granted: Run | undefined) {
  const decision = await deps.decider.foresee(client)
  const { file, options, why } = bootFields(decision, client, segment, deps.httpPort)
  const row = client.stage === 'firmware' && decision.kind === 'local' ? firmwareOf(client.arch) : undefined
  const answer = row ? LOCAL_BOOT[row.local].answer : (options.bootFile ?? file)
  const tells = options.bootFile !== undefined || options.vendorSpecific !== undefined
  return { kind: decision.kind, why: why ?? whyOf(decision, granted), answer, tells, refused: false }
}

async function askScript({ decider }: BootPreviewDeps, mac: string, granted: Run | undefined): Promise<Previewed> {
  const script = await decider.decideForMac(mac)
  const answer = SCRIPTS[script.kind]
  return { kind: script.kind, why: whyOf(script, granted), answer, tells: true, refused: false }
}

const SCRIPTS: Readonly<Record<BootDecision['kind'], string>> = {
  grant: 'the agent’s kernel and ramdisk',
  hold: 'waits and asks again',
  menu: 'a menu for whoever sits there',
  local: 'its own disk',
  ignore: 'nothing: it is refused',
}

function whyOf(decision: BootDecision, granted: Run | undefined): string {
  if (decision.kind !== 'grant')
    return granted && decision.kind === 'local' ? 'no boot session yet: its first DISCOVER opens one' : decision.why
  if (granted === undefined && decision.session === 0) return 'nobody registered it: its segment discovers it'
  const loader = decision.loader?.name ? `; ${decision.loader.why}` : ''
  return `run ${decision.runId} is ${granted?.state ?? 'open'} and grants network boot${loader}`
}
