import type { BootDecider } from '../boot/boot-decider.ts'
import { bootFields } from '../boot/boot-fields.ts'
import { FIRMWARE, firmwareOf } from '../boot/firmware.ts'
import { LOCAL_BOOT } from '../boot/local-boot.ts'
import type { BootClient, BootDecision, LoaderOffer } from '../domain/boot.ts'
import type { Run } from '../domain/run/run.ts'
import { isUnderGrant } from '../domain/run/run-states.ts'
import type { Segment } from '../domain/segment.ts'

/** What one transport would answer the machine now. `answer`: what it would be told to fetch, in words where that is nothing. */
export type BootPreview = { transport: string; kind: BootDecision['kind']; why: string; answer: string }

export type BootPreviewDeps = {
  decider: BootDecider
  offerLoader(client: BootClient): Promise<LoaderOffer>
  openRun(machine: string): Promise<Run | undefined>
  httpPort: number
}

type Machine = { name: string; uuid?: string | undefined; macs: string[] }

/** Asks the one decider what each transport would say to a MAC of a machine; begins no boot session. */
export function createBootPreview({ decider, offerLoader, openRun, httpPort }: BootPreviewDeps) {
  return async (machine: Machine, mac: string, segment: Segment): Promise<BootPreview[]> => {
    const run = await openRun(machine.name)
    const granted = run && isUnderGrant(run.state) ? run : undefined
    const ask = async (transport: string, stage: BootClient['stage'], arch?: number): Promise<BootPreview> => {
      const client: BootClient = { segment: segment.name, mac, uuid: machine.uuid, arch, stage }
      const decided = await decider.decide(client, false)
      // Before its first DISCOVER a granted machine has no session yet: that packet opens one.
      const decision: BootDecision =
        granted && decided.kind !== 'ignore' && stage !== 'os'
          ? { kind: 'grant', runId: granted.id, session: decided.kind === 'grant' ? decided.session : 0 }
          : decided
      const loader = stage === 'firmware' ? { loader: await offerLoader(client) } : {}
      const whole: BootDecision = decision.kind === 'grant' ? { ...decision, ...loader } : decision
      const { file, options, why } = bootFields(whole, client, segment, httpPort)
      const row = stage === 'firmware' && decision.kind === 'local' ? firmwareOf(arch) : undefined
      const answer = row ? LOCAL_BOOT[row.local].answer : (options.bootFile ?? file)
      return { transport, kind: decision.kind, why: why ?? whyOf(whole, granted), answer }
    }
    const script = await decider.decideForMac(mac)
    return [
      ...(await Promise.all(FIRMWARE.map((row) => ask(`DHCP, firmware ${row.says}`, 'firmware', row.arch)))),
      await ask('DHCP, iPXE', 'ipxe'),
      { transport: 'HTTP, boot script', kind: script.kind, why: whyOf(script, granted), answer: SCRIPTS[script.kind] },
      await ask('DHCP, operating system', 'os'),
    ]
  }
}

const SCRIPTS: Readonly<Record<BootDecision['kind'], string>> = {
  grant: 'the agent’s kernel and ramdisk',
  hold: 'waits and asks again',
  local: 'its own disk',
  ignore: 'nothing: it is refused',
}

function whyOf(decision: BootDecision, granted: Run | undefined): string {
  if (decision.kind !== 'grant')
    return granted && decision.kind === 'local' ? 'no boot session yet: its first DISCOVER opens one' : decision.why
  const loader = decision.loader?.name ? `; ${decision.loader.why}` : ''
  return `run ${decision.runId} is ${granted?.state ?? 'open'} and grants network boot${loader}`
}
