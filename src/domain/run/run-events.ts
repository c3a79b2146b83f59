type EventSource = 'person' | 'server' | 'timer' | 'dhcp' | 'tftp' | 'http' | 'agent' | 'machine'

type EventRow = { source: EventSource; says: string }

/** Everything a run may record. `says` is the line of the timeline; the detail stands beside it. */
export const RUN_EVENTS = {
  created: { source: 'person', says: 'Run asked for' },
  grantOpened: { source: 'server', says: 'Boot grant opened' },
  powerAsked: { source: 'server', says: 'Machine told to switch on' },
  powerFailed: { source: 'server', says: 'Machine could not be told to switch on' },
  sessionOpened: { source: 'dhcp', says: 'Network boot began' },
  dhcpOffered: { source: 'dhcp', says: 'Address offered' },
  dhcpBound: { source: 'dhcp', says: 'Address bound' },
  loaderRead: { source: 'tftp', says: 'Loader read' },
  loaderAborted: { source: 'tftp', says: 'Loader read broken off' },
  loaderProbed: { source: 'http', says: 'Loader’s size asked' },
  loaderFetched: { source: 'http', says: 'Loader fetched' },
  scriptFetched: { source: 'http', says: 'Boot script fetched' },
  kernelFetched: { source: 'http', says: 'Agent kernel fetched' },
  ramdiskFetched: { source: 'http', says: 'Ramdisk fetched' },
  installerKernelFetched: { source: 'http', says: 'Installer’s kernel fetched' },
  installerFetched: { source: 'http', says: 'Installer’s initrd fetched' },
  answersFetched: { source: 'http', says: 'Answers fetched' },
  answersBroken: { source: 'http', says: 'Answers were not taken to their end' },
  answersWithheld: { source: 'server', says: 'Answers with secrets asked for again, and withheld' },
  packageMissing: { source: 'http', says: 'A package was asked for that its archive has not' },
  installerFault: { source: 'machine', says: 'The installer’s log tells a fault' },
  installerFinished: { source: 'machine', says: 'The installer said that all is installed' },
  installerFailed: { source: 'machine', says: 'The installer failed' },
  installerSilent: { source: 'timer', says: 'The installer fell silent' },
  codeExchanged: { source: 'agent', says: 'Agent exchanged its boot code' },
  inventoryTaken: { source: 'agent', says: 'Inventory received' },
  diskChosen: { source: 'server', says: 'Install disk chosen' },
  diskRefused: { source: 'server', says: 'No install disk' },
  writeStarted: { source: 'agent', says: 'Writing begins' },
  firstChunkServed: { source: 'http', says: 'First chunk served' },
  chunkRetried: { source: 'agent', says: 'Chunk fetched again' },
  progressStalled: { source: 'timer', says: 'The transfer stands still' },
  progressMoved: { source: 'timer', says: 'The transfer goes on' },
  writeFinished: { source: 'agent', says: 'All chunks written' },
  answersRefused: { source: 'server', says: 'What the system is to be told can not be' },
  readBackMatched: { source: 'server', says: 'Read-back equals the manifest' },
  readBackDiffered: { source: 'server', says: 'Read-back differs from the manifest' },
  seeded: { source: 'agent', says: 'Root grown, first-boot seed written' },
  discovered: { source: 'server', says: 'Machine described and matched' },
  sourceChosen: { source: 'server', says: 'Disk to capture chosen' },
  generalised: { source: 'agent', says: 'Generalised in memory; the disk stays as it is' },
  captureFinished: { source: 'server', says: 'All used blocks are in the library' },
  captureMatched: { source: 'server', says: 'Second reading equals the first; the draft is stored' },
  captureDiffered: { source: 'server', says: 'Second reading differs from the first' },
  localBootAnswered: { source: 'server', says: 'Sent to its own disk' },
  holdAnswered: { source: 'server', says: 'Held: the disk is not proved' },
  systemSaid: { source: 'machine', says: 'The system said how far its set-up is' },
  factsReceived: { source: 'machine', says: 'The installed system handed in its facts' },
  checkPassed: { source: 'server', says: 'Check passed' },
  checkSkipped: { source: 'server', says: 'Check does not apply' },
  checkFailed: { source: 'server', says: 'Check failed' },
  checksPassed: { source: 'server', says: 'All checks passed' },
  agentFailed: { source: 'agent', says: 'The agent stopped' },
  agentSilent: { source: 'timer', says: 'The agent fell silent' },
  identityConflict: { source: 'server', says: 'Identity differs from the registered machine' },
  loopBroken: { source: 'server', says: 'Too many network boots' },
  imageRefused: { source: 'server', says: 'The image may not go to this site' },
  frozen: { source: 'server', says: 'Run frozen' },
  timedOut: { source: 'timer', says: 'Deadline passed' },
  cancelled: { source: 'person', says: 'Run cancelled' },
  grantClosed: { source: 'server', says: 'Boot grant closed' },
} as const satisfies Record<string, EventRow>

export type RunEventType = keyof typeof RUN_EVENTS

/** Where an event came from. What HTTP brings on most machines comes by TFTP where a signed GRUB fetches it. */
export const sourceOf = ({ type, detail }: { type: RunEventType; detail: Record<string, unknown> }): EventSource => {
  const { source } = RUN_EVENTS[type]
  return source === 'http' && detail.by === 'tftp' ? 'tftp' : source
}
