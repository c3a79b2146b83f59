import type { WhyFacts } from './why-facts.ts'
import type { WhyRow } from './why-row.ts'

const LOADER = ['loaderRead', 'loaderFetched'] as const
const FIRMWARE = ['firmware']
const IPXE = ['ipxe']
const ANY_BOOT = ['firmware', 'ipxe']

const isWaitingForBoot = (facts: WhyFacts): boolean => facts.waitsIn('awaitingBoot') || facts.waitsIn('booting')

/** From the wish to the fetch of kernel and ramdisk. */
export const WHY_RULES_BOOT: readonly WhyRow[] = [
  {
    id: 'queued',
    says: 'The wish is stored, the boot grant is not open.',
    when: (facts) => facts.waitsIn('queued'),
    missingStep: 'the opening of the boot grant',
    likelyCauses: ['the appliance was stopped while the run began', 'the database is locked or full'],
    remedy: 'Read the service’s log, then start the run again.',
  },
  {
    id: 'identityConflict',
    says: 'A machine with the right MAC and a wrong identity asked, and was ignored.',
    when: (facts) => isWaitingForBoot(facts) && facts.claimed('mac'),
    missingStep: 'a network boot of {machine} with its registered identity',
    got: '{told}',
    likelyCauses: [
      'the network card or the main board was moved to another machine',
      'two machines claim one MAC',
      'the registration names a wrong UUID',
    ],
    remedy:
      'Find out which machine that is; correct MAC and UUID in the registrations, or set sharesUuid for a maker’s fault.',
  },
  {
    id: 'machineHeld',
    says: 'The machine is held: its disk is not proved, and it asked outside a boot session.',
    when: (facts) => isWaitingForBoot(facts) && facts.seenHere('holdAnswered'),
    missingStep: 'a network boot that begins with a DHCP DISCOVER under this run',
    got: 'a request for the boot script from {address}, answered with hold',
    likelyCauses: ['the machine waits in the hold script of an earlier run and has not restarted'],
    remedy: 'Restart {machine}; it begins a boot session with its first DHCP packet.',
  },
  {
    id: 'localBootUnderGrant',
    says: 'The machine asked for its boot script before it began a boot session, and was sent to its own disk.',
    when: (facts) => isWaitingForBoot(facts) && facts.seenHere('localBootAnswered'),
    missingStep: 'a network boot that begins with a DHCP DISCOVER under this run',
    got: 'a request for the boot script from {address}, answered with local boot',
    likelyCauses: ['the machine had its address before the run began', 'another DHCP server gave it its address'],
    remedy: 'Restart {machine}; then look for another DHCP server with `slipway doctor`.',
  },
  {
    id: 'otherCardAsked',
    says: 'A card that is not one of the machine’s asked with its UUID, and the registered one did not boot.',
    when: (facts) => facts.waitsIn('awaitingBoot') && facts.claimed('uuid'),
    missingStep: 'a network boot of {machine} from a registered card',
    got: 'a DHCP packet of {card} with the UUID of {machine}',
    likelyCauses: [
      'it is another card of the same machine, which boots from it',
      'the network card was replaced',
      'another machine tells the same UUID',
    ],
    remedy:
      'If {card} is a card of {machine}, register its MAC too, or set the registered card first in the boot order; if not, see which machine it is, and set sharesUuid for a maker’s fault.',
  },
  {
    id: 'systemAskedOnly',
    says: 'Only an operating system on the machine asked for an address; its firmware did not.',
    when: (facts) =>
      facts.waitsIn('awaitingBoot') && (facts.dhcp('dhcpOffered', ['os']) || facts.dhcp('dhcpBound', ['os'])),
    missingStep: 'a DHCP packet of the firmware of {machine}',
    got: 'DHCP of an operating system at {mac}, for {waited}',
    likelyCauses: [
      'the machine runs its old system and was not restarted',
      'its disk stands before the network in the boot order',
    ],
    remedy: 'Restart {machine} and set network boot first.',
  },
  {
    id: 'noDhcpSeen',
    says: 'No DHCP packet of the machine was seen.',
    when: (facts) => facts.waitsIn('awaitingBoot'),
    missingStep: 'a DHCP packet of {machine}',
    likelyCauses: [
      'the machine is off',
      'network boot is not first in its boot order',
      'its port is in another segment, or the switch holds it back (spanning tree)',
      'a registered MAC is wrong',
    ],
    remedy:
      'Switch {machine} on, set network boot first, compare its MAC with the registration, and check the host with `slipway doctor`.',
  },
  {
    id: 'sessionNotOffered',
    says: 'The firmware asked for an address and was offered none.',
    when: (facts) => facts.waitsIn('booting') && !facts.seen('dhcpOffered', 'dhcpBound', ...LOADER, 'scriptFetched'),
    missingStep: 'an address offered to {mac}',
    likelyCauses: ['the segment’s range has no free address', 'the segment’s server stopped'],
    remedy: 'Read the service’s log; widen the segment’s range.',
  },
  {
    id: 'offeredNotRequested',
    says: 'An address was offered, and the firmware never asked for it.',
    when: (facts) =>
      facts.waitsIn('booting') && !facts.dhcp('dhcpBound', ANY_BOOT) && !facts.seen(...LOADER, 'scriptFetched'),
    missingStep: 'a DHCP REQUEST for {address}',
    got: 'only DISCOVERs of {mac}, for {waited}',
    likelyCauses: [
      'another DHCP server answered first',
      'the offers do not reach the machine (VLAN, switch, cable)',
      'the firmware wants a boot file that it was not offered',
    ],
    remedy: 'Look for another DHCP server on the segment with `slipway doctor`, then at the switch port of {mac}.',
  },
  {
    id: 'loaderBrokenOff',
    says: 'The loader was asked for and not read to its end.',
    when: (facts) =>
      facts.waitsIn('booting') &&
      facts.seen('loaderAborted', 'loaderProbed') &&
      !facts.seen(...LOADER, 'scriptFetched'),
    missingStep: 'the whole of {loader}',
    got: 'a read that was broken off, or only the question for its size',
    likelyCauses: [
      'large TFTP blocks do not pass the way (MTU, firewall)',
      'the machine was switched off',
      'the loader is too large for the firmware',
    ],
    remedy: 'Let UDP pass between the segment and port 69 and above; look at the machine’s console.',
  },
  {
    id: 'loaderNeverAsked',
    says: 'The firmware has its address and never asked for its loader.',
    when: (facts) =>
      facts.waitsIn('booting') &&
      !facts.dhcp('dhcpBound', IPXE) &&
      facts.dhcp('dhcpBound', FIRMWARE) &&
      !facts.seen(...LOADER, 'scriptFetched'),
    missingStep: 'the read of a loader by {address}',
    likelyCauses: [
      'port 69 (TFTP), or for UEFI HTTP boot the machines’ HTTP port, is not reachable from the segment',
      'Slipway has no loader for this firmware',
      'a proxyDHCP server named another boot server',
    ],
    remedy:
      'Check ports and other DHCP servers with `slipway doctor`; see the `why` of the DHCP events for the firmware’s kind.',
  },
  {
    id: 'signedLoaderThenSilence',
    says: 'The signed loader was fetched, and GRUB never asked for its script.',
    when: (facts) => facts.waitsIn('booting') && facts.signedLoader && !facts.seen('scriptFetched'),
    missingStep: 'GRUB’s script asked for by {address}',
    got: '{loader} fetched, then nothing for {waited}',
    likelyCauses: [
      'the firmware trusts no loaders of third parties that Microsoft signed (an option of its setup)',
      'the firmware’s revocations are newer than shim or GRUB',
      'the firmware’s network card has no TFTP for what it loads',
    ],
    remedy:
      'Look at the machine’s console for a refusal; allow Microsoft’s third-party certificate in the firmware’s setup, bring shim-signed and grub-efi-amd64-signed up to date (`slipway doctor` shows their signatures), or start the machine again: a minute after such a read it is offered iPXE, unless Secure Boot is known to be on.',
  },
  {
    id: 'loaderThenSilence',
    says: 'The loader was fetched, and then nothing more was heard.',
    when: (facts) =>
      facts.waitsIn('booting') &&
      facts.seen(...LOADER) &&
      !facts.dhcp('dhcpOffered', IPXE) &&
      !facts.seen('scriptFetched'),
    missingStep: 'a DHCP packet of iPXE from {mac}',
    got: '{loader} fetched, then nothing for {waited}',
    likelyCauses: [
      'Secure Boot refuses the loader, which is not signed',
      'the loader does not run on this firmware',
      'the loader has no driver for the network card',
    ],
    remedy:
      'Look at the machine’s console for a refusal and start it again: a minute after such a read x64 UEFI is offered the signed loader. Other firmware: switch Secure Boot off, or start the machine by another way (BIOS, UEFI HTTP boot).',
  },
  {
    id: 'scriptNeverAsked',
    says: 'iPXE runs and has its address, and never asked for the boot script.',
    when: (facts) => facts.waitsIn('booting') && !facts.seen('scriptFetched'),
    missingStep: 'the boot script asked for by {address}',
    got: 'DHCP of iPXE, then nothing for {waited}',
    likelyCauses: [
      'the machines’ HTTP port (8081 unless set otherwise) is not reachable from the segment',
      'another DHCP server answered iPXE first',
      'iPXE stands at a prompt',
    ],
    remedy:
      'Let TCP pass from the segment to that port, look for another DHCP server with `slipway doctor`, and look at the machine’s console.',
  },
  {
    id: 'scriptThenNoKernel',
    says: 'The boot script was fetched, the agent’s kernel was not.',
    when: (facts) => facts.waitsIn('booting') && !facts.seen('kernelFetched'),
    missingStep: 'the agent’s kernel fetched whole by {address}',
    got: 'the boot script fetched, then nothing for {waited}',
    likelyCauses: ['the {ramdisk} ramdisk is not built', 'the transfer was cut', 'the machine was switched off'],
    remedy: 'Build it with `slipway agent build --flavour {ramdisk}`; look at the machine’s console.',
  },
  {
    id: 'kernelWithoutRamdisk',
    says: 'The agent’s kernel was fetched, the ramdisk was not.',
    when: (facts) => facts.waitsIn('booting'),
    missingStep: 'the {ramdisk} ramdisk fetched whole by {address}',
    got: 'the kernel fetched, then nothing for {waited}',
    likelyCauses: [
      'too little memory for the ramdisk',
      'the network is slow or was lost',
      'the machine was switched off',
    ],
    remedy: 'Give the machine 1 GiB of memory or more; look at its console.',
  },
]
