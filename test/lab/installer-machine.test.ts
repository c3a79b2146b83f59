import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, test } from 'vitest'
import { makeDisk } from '../../src/lab/blank-disk.ts'
import { type InstallerMachineWish, installerArguments, runInstallerMachine } from '../../src/lab/installer-machine.ts'

const wish: InstallerMachineWish = {
  ...{ firmware: 'bios', memoryMiB: 2048, kernel: '/k', initrd: '/i', kernelArguments: ['auto=true', 'console=tty0'] },
  ...{ disc: undefined, disk: '/d', transcript: '/t', timeoutMs: 1000, silenceMs: 1000 },
}
const words = (more: Partial<InstallerMachineWish>, accelerator: 'kvm' | 'tcg' = 'kvm'): string =>
  installerArguments({ ...wish, ...more }, accelerator, '/v').join(' ')

test.each([
  ['ends when the machine restarts', {}, /-no-reboot/],
  ['has no device that it is not told of', {}, /-nodefaults/],
  ['hands over kernel and initrd', {}, /-kernel \/k -initrd \/i/],
  ['speaks on the serial line, whatever console the recipe names', {}, /auto=true console=tty0 console=ttyS0,115200 -/],
  ['has the memory that the recipe says', { memoryMiB: 777 }, /-m 777 /],
  ['starts by SeaBIOS', {}, /-machine pc,/],
  ['starts by OVMF with variables of its own', { firmware: 'uefi' as const }, /-machine q35 .*OVMF_CODE.* .*file=\/v/],
  ['has a CD that it can not write', { disc: '/c' }, /file=\/c,[^ ]*readonly=on -device ide-cd/],
])('a machine for an installer %s', (_, more, pattern) => {
  expect(words(more)).toMatch(pattern)
})

it('has no network card, and no CD where none is asked for', () => {
  expect(words({})).not.toMatch(/netdev|virtio-net|ide-cd/)
})

it('keeps an emulated kernel from taking a late timer for a broken one', () => {
  expect([words({}, 'tcg'), words({}, 'kvm')].map((text) => text.includes('no_timer_check'))).toEqual([true, false])
})

it('says what QEMU said of a machine that it can not start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-machine-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [kernel, disk] = [join(folder, 'vmlinuz'), join(folder, 'disk')]
  await writeFile(kernel, 'no kernel')
  await makeDisk(disk, 1 << 20)
  const files = { kernel, initrd: join(folder, 'none'), disk, transcript: join(folder, 'transcript') }
  // The cache says already how machines run here: no kernel is tried for it.
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  await writeFile(join(folder, 'acceleration'), `${bootId} tcg`)
  const ended = await runInstallerMachine({ ...wish, ...files, memoryMiB: 256 }, folder, () => {})
  expect(ended).toEqual({ end: 'broken', why: expect.stringContaining('kernel') })
})
