import type { WhyFacts } from './why-facts.ts'
import type { WhyRow } from './why-row.ts'

const isRestarting = (facts: WhyFacts): boolean => facts.waitsIn('written') || facts.waitsIn('bootingOwnDisk')

/** From the restart to the end of the checks. */
export const WHY_RULES_RESTART: readonly WhyRow[] = [
  {
    id: 'systemUpWithoutFacts',
    says: 'The installed system got an address, and did not hand in its facts.',
    when: (facts) => isRestarting(facts) && facts.systemHasAddress,
    missingStep: 'the facts of the installed system at {address}',
    got: 'its DHCP packets, then nothing for {waited}',
    likelyCauses: [
      'the image has no first-boot seed, or its unit failed',
      'the agents’ port (8443 unless set otherwise) is not reachable from the installed system',
      'the installed system has no curl',
    ],
    remedy: 'Sign in on the machine and read `systemctl status slipway-prove`; let TCP pass to that port.',
  },
  {
    id: 'heldAfterWriting',
    says: 'The machine restarted and was held instead of sent to its disk.',
    when: (facts) => isRestarting(facts) && facts.seenHere('holdAnswered'),
    missingStep: 'a disk that a read-back proved',
    got: 'the hold script, answered to {address}',
    likelyCauses: ['another run wrote to this disk and did not prove it'],
    remedy: 'Look at the machine’s page for the run that left the disk unproved, and start a new run.',
  },
  {
    id: 'restartedWithoutFacts',
    says: 'The machine restarted through its firmware, and its system was not heard.',
    when: (facts) => facts.waitsIn('written') && facts.seenHere('dhcpOffered', 'dhcpBound'),
    missingStep: 'the facts of the installed system',
    got: 'DHCP of the firmware of {mac}, then nothing for {waited}',
    likelyCauses: [
      'the firmware does not go on to its disk after the network',
      'the disk is not in the boot order',
      'the image does not start on this firmware (BIOS or UEFI)',
    ],
    remedy: 'Look at the machine’s console; put the disk after the network in the boot order.',
  },
  {
    id: 'restartedAndSilent',
    says: 'The disk is done, the machine was to restart, and nothing was heard since.',
    when: (facts) => facts.waitsIn('written'),
    missingStep: 'a sign of {machine} after its restart',
    likelyCauses: [
      'the machine did not restart',
      'the installed system does not start',
      'its network is not configured, and the network is not first in the boot order',
    ],
    remedy: 'Look at the machine’s console; restart it by hand.',
  },
  {
    id: 'ownDiskSilent',
    says: 'The machine was sent to its own disk, and its system was not heard.',
    when: (facts) => facts.waitsIn('bootingOwnDisk'),
    missingStep: 'a sign of the installed system',
    likelyCauses: [
      'the installed system does not start: boot loader, kernel, driver of the disk',
      'it has no driver or configuration for the network',
      'the firmware starts another disk',
    ],
    remedy: 'Look at the machine’s console; start the image in the lab.',
  },
  {
    id: 'checksHang',
    says: 'The facts came in, and the checks do not end.',
    when: (facts) => facts.waitsIn('checking'),
    missingStep: 'the end of the checks',
    likelyCauses: ['a probe from outside hangs', 'the service was restarted while it checked'],
    remedy: 'Read the service’s log and start the run again.',
  },
]
