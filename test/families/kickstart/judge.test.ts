import { describe, expect, it, test } from 'vitest'
import { judgeKickstart } from '../../../src/families/kickstart/judge.ts'

const COMMANDS = `lang en_US.UTF-8
keyboard us
timezone Etc/UTC
rootpw --lock
zerombr
autopart
`
const PACKAGES = '%packages\n@core\n%end\n'
const POST =
  '%post --erroronfail\nif true; then\n  curl http://x/\n  mount /dev/sdb /mnt --weird\nfi\necho "it\'s done\nor not"\n%end\n'
const judged = async (text: string) =>
  (await judgeKickstart({ name: 'ks.cfg', text }, 'rhel10')).map(({ line, message }) => `${line} ${message}`)
const lineOf = (text: string, what: string) => text.split('\n').indexOf(what) + 1

it('finds nothing in the file that the others are made of', async () => {
  expect(await judged(COMMANDS + PACKAGES + POST)).toEqual([])
})

describe('a wrong end of a section is one finding', () => {
  it.each(['%edn', '%End', '% end', '%end;', '%ned', '%ends'])('mistyped as %s', async (end) => {
    const text = COMMANDS + PACKAGES.replace('%end', end) + POST
    expect(await judged(text)).toEqual([`${lineOf(text, end)} expected %end of %packages, got ${end}`])
  })

  it('forgotten before another section', async () => {
    const text = COMMANDS + PACKAGES.replace('%end\n', '') + POST
    expect(await judged(text)).toEqual(['9 expected %end of %packages from line 7, got %post'])
  })

  it('forgotten at the end, with all commands behind it', async () => {
    expect(await judged(`%packages\n@core\n${COMMANDS}`)).toEqual([
      '1 expected %end of %packages, got the end of the file',
    ])
  })

  it('too early, within a script', async () => {
    const text = COMMANDS + PACKAGES + POST.replace('  curl', '%end\n  curl')
    expect(await judged(text)).toEqual([
      `${text.trimEnd().split('\n').length} expected one %end of %post, got another: the first is on line 12`,
    ])
  })

  it('five times, each told once', async () => {
    const scripts = ['%pre', '%pre-install', '%onerror', '%traceback', '%post']
    const wrong = scripts.map((name) => `${name}\nif true; then\n%end\n  bogus "x\nfi\n%end\n`)
    expect(await judged(COMMANDS + PACKAGES + wrong.join(''))).toEqual(
      scripts.map(
        (name, at) => `${15 + 6 * at} expected one %end of ${name}, got another: the first is on line ${12 + 6 * at}`,
      ),
    )
    const mistyped = scripts.map((name) => `${name}\ntrue\n%edn\n`)
    expect(await judged(COMMANDS + PACKAGES + mistyped.join(''))).toHaveLength(5)
  })
})

const refused: [command: string, says: string][] = [
  ['part /a --size=abc', 'a number of --size, got abc'],
  ['part /a --size abc', 'a number of --size, got abc'],
  ['part /a --size=', 'a number of --size, got none'],
  ['part /a --size=1 --ondisk=', 'a value of --ondisk, got none'],
  ['part /a --size=1 --ondisk --grow', 'a value of --ondisk, got --grow'],
  [
    'part /a --size=1 --encrypted --luks-version=2',
    'luks1, luks2, luks2-hw-opal, luks2-hw-opal-only of --luks-version, got 2',
  ],
  ['firewall --service', 'a value of --service, got none'],
  ['firewall --service --ssh', 'a value of --service, got --ssh'],
  ['firewall --service=ssh,,http', 'names of services of --service, got ssh,,http'],
  ['firewall --port=22/tcp', 'ports like 1234:udp or imap:tcp of --port, got 22/tcp'],
  ['bootloader --location=disk', 'mbr, partition, none, boot of --location, got disk'],
  ['bootloader --timeout=5s', 'a number of --timeout, got 5s'],
  ['network --bootproto=auto', 'dhcp, bootp, static, query, ibft of --bootproto, got auto'],
  ['network --onboot=maybe', 'yes or no of --onboot, got maybe'],
  ['network --ip=10.0.0', 'an IPv4 address of --ip, got 10.0.0'],
  ['network --device=bond0.7 --vlanid=seven', 'a number of --vlanid, got seven'],
  ['clearpart --all --disklabel=mbr', 'gpt, msdos, dasd, mac of --disklabel, got mbr'],
  [
    'raid /a --device=md0 --level=RAID7',
    'RAID0, RAID1, RAID4, RAID5, RAID6, RAID10, 0, 1, 4, 5, 6, 10 of --level, got RAID7',
  ],
  ['user --name=ada --uid=ten', 'a number of --uid, got ten'],
  ['snapshot vg/lv --name=a --when=later', 'post-install, pre-install of --when, got later'],
]
test.each(refused)('refuses %s', async (command, says) => {
  expect(await judged(`${COMMANDS}${command}\n${PACKAGES}`)).toContain(`7 expected ${says}`)
})

it.each([
  'part /a --size 500 --ondisk sda --fstype xfs',
  'firewall --enabled --service=ssh,http --port=1234:udp,imap:tcp,22',
  'bootloader --location=none --timeout=-1 --append=""',
  'network --bootproto=static --ip=10.0.0.2 --netmask=255.255.255.0 --gateway=10.0.0.1 --onboot=on --device link',
  'user --name=ada --gecos=""',
  'logging --host=10.0.0.1',
  'snapshot vg/lv --name=a --when=Post-install',
])('takes %s', async (command) => {
  expect(await judged(`${COMMANDS}${command}\n${PACKAGES}`)).toEqual([])
})

it('reads an option’s value wherever it stands', async () => {
  const disks = 'part --size 500 raid.1\npart raid.2 --size 500\nraid --level 1 /a --device md0 raid.1 raid.2\n'
  const volumes = 'part pv.1 --size 1\nvolgroup vg0 pv.1\nlogvol --vgname vg0 / --name root --size 1\n'
  expect(await judged(COMMANDS + disks + volumes + PACKAGES)).toEqual([])
})
