import { mkdtemp, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { RunEvent } from '../../src/domain/run/run.ts'
import { firmwareArguments, memoryOf } from '../../src/lab/bench-firmware.ts'
import { makeDisk } from '../../src/lab/blank-disk.ts'
import { followSerial } from '../../src/lab/serial-console.ts'
import { drawStages, stagesOf } from '../../src/lab/stage-table.ts'
import { qemuArguments } from '../../src/lab/virtual-machine.ts'

it('boots machines of the bench from the network first, from the disk second', () => {
  const wish = {
    name: 'n',
    firmware: 'bios' as const,
    variables: undefined,
    mac: 'm',
    uuid: 'u',
    serial: 's',
    disk: 'd',
    stick: undefined,
    tap: 't',
    memory: 1024,
    processors: 2,
    accelerator: 'tcg' as const,
  }
  const devices = qemuArguments(wish).filter((word) => word.includes('bootindex'))
  expect(devices).toEqual([
    expect.stringMatching(/^virtio-blk.*bootindex=2$/),
    expect.stringMatching(/^virtio-net.*bootindex=1$/),
  ])
})

it('gives Secure Boot its own firmware, variables and machine, and more memory', () => {
  const words = firmwareArguments('secure-boot', 'v').join(' ')
  expect(words).toContain('OVMF_CODE_4M.secboot.fd')
  expect(words).toMatch(/q35,smm=on .*driver=cfi\.pflash01,property=secure,value=on/)
  expect(words).not.toContain('IPv4PXESupport')
  expect(firmwareArguments('secure-boot-http', 'v').join(' ')).toContain('IPv4PXESupport')
  expect(firmwareArguments('uefi', 'v').join(' ')).not.toMatch(/smm|secboot/)
  expect([memoryOf('uefi'), memoryOf('secure-boot')]).toEqual([1024, 1536])
})

it('makes sparse disks and disks full of one byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-disk-'))
  await makeDisk(join(folder, 'sparse'), 64 << 20)
  expect((await stat(join(folder, 'sparse'))).blocks).toBe(0)
  await makeDisk(join(folder, 'full'), (1 << 20) + 512, 0xaa)
  const full = await readFile(join(folder, 'full'))
  expect([full.length, full.every((byte) => byte === 0xaa)]).toEqual([(1 << 20) + 512, true])
})

it('measures the stages between the first events that end them', () => {
  const event = (type: RunEvent['type'], at: number): RunEvent => ({
    runId: 'r',
    seq: at,
    at,
    type,
    to: undefined,
    detail: {},
  })
  const events = [
    event('sessionOpened', 2000),
    event('scriptFetched', 3000),
    event('scriptFetched', 9000),
    event('codeExchanged', 10_000),
  ]
  const stages = stagesOf({ createdAt: 0 }, events)
  expect(stages.map(({ stage, seconds }) => [stage, seconds])).toEqual([
    ['firmware asks for an address', 2],
    ['boot script', 1],
    ['agent starts', 7],
  ])
  expect(drawStages(stages)).toMatch(/in all\s+10\.0 s$/)
})

it('finds words on a serial console that end no line, and says what it last saw when they never come', async () => {
  const stream = new PassThrough()
  const lines: string[] = []
  const serial = followSerial(stream, (line) => lines.push(line))
  const login = serial.waitFor(/login:/, 5)
  stream.write('\u001b[2Jfirst\r\nhost lo')
  stream.write('gin: ')
  await expect(login).resolves.toBe('login:')
  expect(lines).toEqual(['first'])
  await expect(serial.waitFor(/never/, 0.05)).rejects.toThrow(/never.*login: /)
})

it('shows nothing of a control sequence that comes in two parts', () => {
  const stream = new PassThrough()
  const lines: string[] = []
  const serial = followSerial(stream, (line) => lines.push(line))
  for (const part of ['one\u001b', '[3', '2', 'mtwo\u001b[0m\n', '\u001b[', 'Kthree\n']) {
    stream.write(part)
    stream.read()
  }
  expect([lines, serial.text()]).toEqual([['onetwo', 'three'], 'onetwo\nthree\n'])
})
