import type { RunEventType } from './run-events.ts'

export type RunState =
  | 'queued'
  | 'awaitingBoot'
  | 'booting'
  | 'startingAgent'
  | 'startingInstaller'
  | 'installing'
  | 'inventorying'
  | 'writing'
  | 'readingBack'
  | 'seeding'
  | 'capturing'
  | 'rereading'
  | 'written'
  | 'bootingOwnDisk'
  | 'checking'
  | 'verified'
  | 'failed'
  | 'cancelled'

/** What the runner does on entering a state; `runs/effects` owns the functions. */
export type RunEffect = 'openGrant' | 'powerOn' | 'closeGrant' | 'runChecks'

type StateRow = {
  says: string
  on: Partial<Record<RunEventType, RunState>>
  deadlineSeconds?: number
  /** The agent speaks twice a second in this state, or the installer's log goes on; silent for longer than this, the run is over. */
  silenceSeconds?: number
  /** The agent speaks, and its bytes done are the same for this long: the transfer stands still, which ends nothing. */
  standstillSeconds?: number
  enter?: RunEffect
}

const AGENT_SILENCE_SECONDS = 300
const STANDSTILL_SECONDS = 30
/** An installer formats, unpacks and configures without a word, but not for so long. */
const INSTALLER_SILENCE_SECONDS = 900
const ENDS = { timedOut: 'failed', cancelled: 'cancelled' } as const
const UNDER_GRANT = {
  ...ENDS,
  sessionOpened: 'booting',
  loopBroken: 'failed',
  imageRefused: 'failed',
  frozen: 'failed',
  answersRefused: 'failed',
  agentFailed: 'failed',
  agentSilent: 'failed',
} as const

const INSTALLER_ENDS = { installerFinished: 'written', installerFailed: 'failed', installerSilent: 'failed' } as const

/** The life of a run of any kind, one row a state; its kind decides which disk event ends the inventory. docs/run-states.md is printed from this table. */
export const RUN_STATES: Readonly<Record<RunState, StateRow>> = {
  queued: {
    says: 'The wish is stored; the boot grant is not yet open.',
    enter: 'openGrant',
    deadlineSeconds: 60,
    on: { ...ENDS, grantOpened: 'awaitingBoot' },
  },
  awaitingBoot: {
    says: 'The machine may boot from the network; nothing was heard of it yet.',
    enter: 'powerOn',
    deadlineSeconds: 1800,
    on: { ...UNDER_GRANT },
  },
  booting: {
    says: 'The firmware asked for an address under the grant; kernel and ramdisk, or the installer’s, are not fetched yet.',
    deadlineSeconds: 300,
    on: { ...UNDER_GRANT, ramdiskFetched: 'startingAgent', installerFetched: 'startingInstaller' },
  },
  startingAgent: {
    says: 'Kernel and ramdisk were handed out; the agent has not spoken yet.',
    deadlineSeconds: 180,
    on: { ...UNDER_GRANT, codeExchanged: 'inventorying' },
  },
  startingInstaller: {
    says: 'Kernel and initrd of the installer were handed out; it has not asked for its answers yet.',
    deadlineSeconds: 900,
    on: { ...UNDER_GRANT, ...INSTALLER_ENDS, answersFetched: 'installing' },
  },
  installing: {
    says: 'The installer has its answers and works by them; its log comes in by syslog where it sends one.',
    deadlineSeconds: 7200,
    silenceSeconds: INSTALLER_SILENCE_SECONDS,
    on: { ...UNDER_GRANT, ...INSTALLER_ENDS },
  },
  inventorying: {
    says: 'The agent is up; it looks at the machine and the server picks the disk.',
    deadlineSeconds: 120,
    on: {
      ...UNDER_GRANT,
      diskChosen: 'writing',
      sourceChosen: 'capturing',
      diskRefused: 'failed',
      discovered: 'verified',
    },
  },
  writing: {
    says: 'Chunks are fetched, verified and written to the disk.',
    deadlineSeconds: 3600,
    silenceSeconds: AGENT_SILENCE_SECONDS,
    standstillSeconds: STANDSTILL_SECONDS,
    on: { ...UNDER_GRANT, writeFinished: 'readingBack' },
  },
  readingBack: {
    says: 'Caches are dropped and the disk is read again; the server compares the digests.',
    deadlineSeconds: 1800,
    silenceSeconds: AGENT_SILENCE_SECONDS,
    standstillSeconds: STANDSTILL_SECONDS,
    on: { ...UNDER_GRANT, readBackMatched: 'seeding', readBackDiffered: 'failed' },
  },
  seeding: {
    says: 'The root file system is grown and the first-boot seed is put on it.',
    deadlineSeconds: 900,
    silenceSeconds: AGENT_SILENCE_SECONDS,
    on: { ...UNDER_GRANT, seeded: 'written' },
  },
  capturing: {
    says: 'A copy of the disk in memory is generalised; used blocks that the library lacks are sent to it.',
    deadlineSeconds: 7200,
    silenceSeconds: AGENT_SILENCE_SECONDS,
    standstillSeconds: STANDSTILL_SECONDS,
    on: { ...UNDER_GRANT, captureFinished: 'rereading' },
  },
  rereading: {
    says: 'The disk is read a second time; the server compares the digests with what it stored.',
    deadlineSeconds: 3600,
    silenceSeconds: AGENT_SILENCE_SECONDS,
    standstillSeconds: STANDSTILL_SECONDS,
    on: { ...UNDER_GRANT, captureMatched: 'verified', captureDiffered: 'failed' },
  },
  written: {
    says: 'The disk is done and the grant is closed; the machine restarts.',
    enter: 'closeGrant',
    deadlineSeconds: 300,
    on: { ...ENDS, localBootAnswered: 'bootingOwnDisk', factsReceived: 'checking' },
  },
  bootingOwnDisk: {
    says: 'The machine was sent to its own disk; its operating system has not spoken yet.',
    deadlineSeconds: 300,
    on: { ...ENDS, factsReceived: 'checking' },
  },
  checking: {
    says: 'The installed system handed in its facts; the server checks them and probes from outside.',
    enter: 'runChecks',
    deadlineSeconds: 120,
    on: { ...ENDS, checksPassed: 'verified', checkFailed: 'failed' },
  },
  verified: {
    says: 'Every check passed; of a capture: both readings agree and its draft is in the library; of a discovery: its inventory is stored.',
    on: {},
  },
  failed: {
    says: 'The run ended without proof; the cause names the first missing step.',
    on: {},
  },
  cancelled: { says: 'A person ended the run.', on: {} },
}

export const RUN_STATE_NAMES = Object.keys(RUN_STATES) as RunState[]

/** The state after `event`, or undefined when the event is evidence that changes nothing in this state. */
export const nextState = (from: RunState, event: RunEventType): RunState | undefined => RUN_STATES[from].on[event]

/** True for states that a run never leaves. */
export const isEnd = (state: RunState): boolean => Object.keys(RUN_STATES[state].on).length === 0

/** True while the machine may boot from the network for this run. */
export const isUnderGrant = (state: RunState): boolean => RUN_STATES[state].on.sessionOpened !== undefined
