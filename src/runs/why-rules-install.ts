import type { InstallFault } from '../domain/install/log-fault.ts'
import type { WhyFacts } from './why-facts.ts'
import type { WhyRow } from './why-row.ts'

const HELD = 'Nobody knows how far the disk was written: {machine} is held until a run proves it.'

/** An end that the installer's own log told. */
const byLog = (code: InstallFault, row: Omit<WhyRow, 'when' | 'got'>): WhyRow => ({
  ...row,
  when: (facts) => facts.isEnd('installerFailed', code),
  got: '{said}',
})

const isBooting = (facts: WhyFacts): boolean => facts.kind === 'install' && facts.waitsIn('booting')

/** Installations: from the installer's kernel to its own word that all is installed. */
export const WHY_RULES_INSTALL: readonly WhyRow[] = [
  byLog('install.component_missing', {
    id: 'installerPartMissing',
    says: 'The archive has not all parts that the installer loads.',
    missingStep: 'the installer’s own parts in the archive',
    likelyCauses: [
      'the mirror is not whole: its list names parts that it does not serve',
      'the mirror leaves out the installer’s section (udebs)',
      'the package cache is pinned, and these parts were never fetched through it',
    ],
    remedy:
      'Point settings.mirror at a whole mirror of the release, or unpin the source (`slipway package unpin`), and start a new run.',
  }),
  byLog('install.kernel_mismatch', {
    id: 'installerKernelMismatch',
    says: 'The archive has no modules for the installer’s kernel.',
    missingStep: 'modules for the kernel of {installer} in the archive',
    likelyCauses: [
      'the release got a new kernel since {installer} was made',
      'the installer is of another release than the archive',
    ],
    remedy:
      'Import the installer that the release has now, or point settings.mirror at an archive of its day, and start a new run.',
  }),
  byLog('install.archive_unreachable', {
    id: 'installerNoArchive',
    says: 'The installer can not reach the archive.',
    missingStep: 'an archive that the installer reaches',
    likelyCauses: [
      'settings.mirror or settings.proxy is wrong',
      'the segment has no way to the archive (gateway, DNS, firewall)',
      'the archive does not have this release',
    ],
    remedy:
      'Fetch the Release file by hand from the same segment; or let {machine} go through this appliance’s package cache.',
  }),
  byLog('install.archive_unsigned', {
    id: 'installerBadSignature',
    says: 'The installer refused the archive’s signature.',
    missingStep: 'an archive signed by a key that the installer has',
    likelyCauses: [
      'the archive is signed by a key that the installer does not know',
      'something on the way changed the archive',
      'the machine’s clock is wrong, so that the signature is not yet or no more valid',
    ],
    remedy: 'See who signs the archive and whether {installer} carries that key; check the machine’s clock.',
  }),
  byLog('install.package_missing', {
    id: 'installerPackageMissing',
    says: 'A package of the system could not be installed.',
    missingStep: 'all packages of the system in the archive',
    likelyCauses: ['a name in settings.packages is wrong', 'the mirror is not whole', 'two packages conflict'],
    remedy: `Read the package’s name in the log, correct settings.packages or the mirror, and start a new run. ${HELD}`,
  }),
  byLog('install.disk_refused', {
    id: 'installerDiskRefused',
    says: 'The installer could not lay out the disk.',
    missingStep: 'the storage layout on the disk',
    likelyCauses: [
      'the disk is smaller than the layout needs',
      'an array, a volume group or a mount of before holds the disk',
      'the disk fails',
    ],
    remedy: `Compare the profile’s storage with the disks in the inventory; wipe what an older system left. ${HELD}`,
  }),
  byLog('install.no_address', {
    id: 'installerNoAddress',
    says: 'The installer got no address.',
    missingStep: 'an address for the installer’s network card',
    likelyCauses: [
      'another card than the one that booted was configured',
      'the segment’s range has no free address',
      'the installer has no driver for the card',
    ],
    remedy: 'See the DHCP packets in the timeline; check the network layout of the profile.',
  }),
  byLog('install.answers_unreadable', {
    id: 'installerAnswersUnreadable',
    says: 'The installer could not fetch or read its answers.',
    missingStep: 'answers that the installer reads',
    likelyCauses: [
      'somebody else fetched them first: a file with secrets goes out once a boot session',
      'a template of one’s own writes what the installer does not take',
    ],
    remedy:
      'Look for withheld answers in the timeline; lint them (`slipway template render {family} --machine {machine}`).',
  }),
  byLog('install.command_failed', {
    id: 'installerCommandFailed',
    says: 'A command of the answers failed.',
    missingStep: 'late commands that succeed',
    likelyCauses: ['a late command is wrong', 'what it fetches is not there'],
    remedy: `Read the command’s words in the run’s log, correct settings.lateCommands, and start a new run. ${HELD}`,
  }),
  {
    id: 'installerStepFailed',
    says: 'A step of the installer failed.',
    when: (facts) => facts.isEnd('installerFailed'),
    missingStep: 'an installation that comes to its end',
    got: '{said}',
    likelyCauses: ['what its log says last', 'a question was not answered'],
    remedy: `Read the end of the run’s log, and start a new run. ${HELD}`,
  },
  {
    id: 'installerSilent',
    says: 'The installer sent its log, and then nothing more.',
    when: (facts) => facts.isEnd('installerSilent'),
    missingStep: 'the installer’s word that all is installed',
    got: 'no line of its log any more; the last fault in it: {fault}',
    likelyCauses: [
      'it waits at a question that the answers do not answer',
      'its kernel crashed, or the machine was switched off',
      'the network was lost',
    ],
    remedy: `Look at the machine’s console and the end of the run’s log; answer the question in the template. ${HELD}`,
  },
  {
    id: 'installAnswersRefused',
    says: 'What the installer asks for can not be told.',
    when: (facts) => facts.isEnd('answersRefused'),
    missingStep: 'answers that can be rendered',
    got: '{said}',
    likelyCauses: [
      'a secret was removed after the run began',
      'a template was changed after the run began',
      'the machine has no such card or disk any more',
    ],
    remedy:
      'Look at what {machine} would be told (`slipway template render {family} --machine {machine}`), mend it, and start a new run.',
  },
  {
    id: 'scriptThenNoInstaller',
    says: 'The boot script was fetched, the installer’s kernel was not.',
    when: (facts) => isBooting(facts) && facts.seen('scriptFetched') && !facts.seen('installerKernelFetched'),
    missingStep: 'the kernel of {installer} fetched whole by {address}',
    got: 'the boot script fetched, then nothing for {waited}',
    likelyCauses: ['the transfer was cut', 'the machine was switched off', 'its bytes in the library are damaged'],
    remedy: 'Look at the machine’s console; verify the installer with `slipway image verify`.',
  },
  {
    id: 'installerKernelWithoutInitrd',
    says: 'The installer’s kernel was fetched, its initrd was not.',
    when: (facts) => isBooting(facts) && facts.seen('installerKernelFetched'),
    missingStep: 'the initrd of {installer} fetched whole by {address}',
    got: 'the kernel fetched, then nothing for {waited}',
    likelyCauses: [
      'too little memory for the initrd',
      'the network is slow or was lost',
      'the machine was switched off',
    ],
    remedy: 'Give the machine more memory; look at its console.',
  },
  {
    id: 'answersNeverAsked',
    says: 'The installer was started and never asked for its answers.',
    when: (facts) => facts.waitsIn('startingInstaller'),
    missingStep: 'the answers asked for by {address}',
    got: 'kernel and initrd fetched, then nothing for {waited}',
    likelyCauses: [
      'its kernel panicked: too little memory, or no driver',
      'it has no driver for the network card, or got no address',
      'it is of another family than {family}, and reads other arguments',
    ],
    remedy: 'Look at the machine’s console; see the run’s log; compare the installer with the family {family}.',
  },
  {
    id: 'installerNotDone',
    says: 'The installer has its answers and did not say that it is done.',
    when: (facts) => facts.waitsIn('installing'),
    missingStep: 'the installer’s word that all is installed',
    got: 'its answers fetched, then no such word for {waited}; the last fault in its log: {fault}',
    likelyCauses: [
      'it is still at work',
      'it waits at a question that the answers do not answer',
      'its archive is slow',
    ],
    remedy:
      'Read the end of the run’s log; look at the machine’s console; give slow machines more time (deadlineFactor of the profile).',
  },
]
