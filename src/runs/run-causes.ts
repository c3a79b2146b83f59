import type { Run, RunCause } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import type { RunState } from '../domain/run/run-states.ts'

type Explanation = { missingStep: string; likelyCauses: string[]; remedy: string }

/** What a run that stopped in a state was waiting for, why that may be, and what to do. */
const WHEN_SILENT: Partial<Record<RunState, Explanation>> = {
  queued: {
    missingStep: 'opening the boot grant',
    likelyCauses: ['the appliance was stopped while the run began'],
    remedy: 'Start the run again.',
  },
  awaitingBoot: {
    missingStep: 'a DHCP packet of the machine',
    likelyCauses: [
      'the machine is off',
      'network boot is not first in its boot order',
      'its port is in another segment',
      'a registered MAC is wrong',
    ],
    remedy: 'Switch the machine on, set network boot first, and compare its MAC with the registration.',
  },
  booting: {
    missingStep: 'the fetch of kernel and ramdisk',
    likelyCauses: [
      'another DHCP server answered first',
      'the loader does not run on this firmware',
      'port 8081 is not reachable from the segment',
    ],
    remedy: 'Look at the machine’s console; see the last evidence for the stage it reached.',
  },
  startingAgent: {
    missingStep: 'the first word of the agent',
    likelyCauses: [
      'the ramdisk has no driver for the network card',
      'the kernel stopped',
      'port 8443 is not reachable',
      'too little memory',
    ],
    remedy: 'Read the machine’s console; use the profile’s generic ramdisk for real hardware.',
  },
  inventorying: {
    missingStep: 'the inventory',
    likelyCauses: ['the agent stopped', 'the network was lost'],
    remedy: 'Read the run’s log and start the run again.',
  },
  writing: {
    missingStep: 'the end of writing',
    likelyCauses: ['the disk is slow or failing', 'the network was lost'],
    remedy: 'Read the run’s log for the last chunk; check the disk’s health.',
  },
  readingBack: {
    missingStep: 'the read-back',
    likelyCauses: ['the disk is slow or failing', 'the machine restarted'],
    remedy: 'Read the run’s log; check the disk’s health.',
  },
  seeding: {
    missingStep: 'the first-boot seed',
    likelyCauses: ['the root file system can not be grown or mounted'],
    remedy: 'Read the run’s log; check the image’s boot facts.',
  },
  written: {
    missingStep: 'the restart',
    likelyCauses: ['the machine did not restart', 'its firmware no longer boots from the network first'],
    remedy: 'Restart the machine by hand.',
  },
  bootingOwnDisk: {
    missingStep: 'the facts of the installed system',
    likelyCauses: ['the installed system does not start', 'it has no network', 'the proof unit did not run'],
    remedy: 'Look at the machine’s console; start the image in the lab.',
  },
  checking: {
    missingStep: 'the end of the checks',
    likelyCauses: ['a probe from outside hangs'],
    remedy: 'Start the run again.',
  },
}

/** Events that say themselves what went wrong; the event's detail carries the words. */
const WHEN_SAID: Partial<Record<RunEventType, Explanation>> = {
  diskRefused: {
    missingStep: 'choosing the install disk',
    likelyCauses: [
      'the profile’s install-disk rule does not fit this machine',
      'the disk is not seen by the ramdisk’s drivers',
    ],
    remedy: 'Compare the disks listed with the profile’s rule. Nothing was written.',
  },
  readBackDiffered: {
    missingStep: 'a read-back equal to the manifest',
    likelyCauses: [
      'the disk or its controller returns other bytes than were written',
      'something else wrote to the disk',
    ],
    remedy: 'Replace or test the disk. Slipway does not boot it.',
  },
  checkFailed: {
    missingStep: 'a check of the installed system',
    likelyCauses: ['the installed system is not what the image promises'],
    remedy: 'See the failed check for what was expected and what was got.',
  },
  loopBroken: {
    missingStep: 'a network boot that gets further',
    likelyCauses: ['the machine restarts in a loop', 'the kernel panics at once'],
    remedy: 'Look at the machine’s console before the next run.',
  },
  frozen: {
    missingStep: 'a boot code used by one machine only',
    likelyCauses: ['someone else on the segment used the code', 'two machines answer to one MAC'],
    remedy: 'Find out who has the address in the evidence before the next run.',
  },
  agentSilent: {
    missingStep: 'the next word of the agent',
    likelyCauses: ['the machine hangs', 'it was switched off', 'the network was lost'],
    remedy: 'Look at the machine’s console, then restart it with a new run.',
  },
  agentFailed: {
    missingStep: 'the next step of the agent',
    likelyCauses: ['see the agent’s own words'],
    remedy: 'See the code and message of the agent.',
  },
}

/** Why a run in `run.state` ended `failed` by this event. */
export function explainFailure(run: Run, type: RunEventType, detail: Record<string, unknown>): RunCause {
  const told = WHEN_SAID[type] ?? WHEN_SILENT[run.state]
  const explanation = told ?? {
    missingStep: `the end of ${run.state}`,
    likelyCauses: [],
    remedy: 'Start the run again.',
  }
  const code =
    typeof detail.code === 'string' ? detail.code : type === 'timedOut' ? `run.timed_out_${run.state}` : `run.${type}`
  const message =
    typeof detail.message === 'string' ? detail.message : `no ${explanation.missingStep} within the deadline`
  return { code, message, ...explanation }
}
