import { mkdir, mkdtemp, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, test } from 'vitest'
import { imageState, judgeWindows } from '../../../src/agent/capture/windows-system.ts'

const STATE = 'Windows/Setup/State/State.ini'
const told = (state: string): string => `[State]\r\nImageState=${state}\r\n`
const READY = told('IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE')

/** An NTFS file system with these files in it. */
async function ntfsWith(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-ntfs-'))
  const [tree, disk, wim] = [join(folder, 'tree'), join(folder, 'disk'), join(folder, 'files.wim')]
  await mkdir(tree)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await writeFile(join(tree, path), content)
  }
  await writeFile(disk, '')
  await truncate(disk, 32 << 20)
  await execa('mkntfs', ['--quiet', '--fast', '--force', disk])
  await execa('wimlib-imagex', ['capture', tree, wim, '--quiet'])
  await execa('wimlib-imagex', ['apply', wim, '1', disk, '--quiet'])
  return disk
}

describe('Windows on an NTFS', () => {
  const kernel = { 'Windows/System32/ntoskrnl.exe': 'MZ' }

  test.each<[string, Record<string, string | Buffer>]>([
    ['as text', { ...kernel, [STATE]: READY }],
    ['as UTF-16', { ...kernel, [STATE]: Buffer.from(`\ufeff${READY}`, 'utf16le') }],
    ['in other letters', { 'WINDOWS/system32/NTOSKRNL.EXE': 'MZ', 'WINDOWS/setup/state/state.ini': READY }],
  ])('is taken when sysprep says that it was generalised, %s', async (_how, files) => {
    expect(await judgeWindows(await ntfsWith(files))).toBe('windows')
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['is in use', { ...kernel, [STATE]: told('IMAGE_STATE_COMPLETE') }, /got IMAGE_STATE_COMPLETE: run sysprep/],
    ['says nothing of its state', kernel, /got no Windows\/Setup\/State\/State\.ini/],
    ['was sealed and not generalised', { ...kernel, [STATE]: told('IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE') }, /got IM/],
  ])('is refused when it %s', async (_how, files, message) => {
    await expect(judgeWindows(await ntfsWith(files))).rejects.toMatchObject({
      code: 'capture.not_generalised',
      message: expect.stringMatching(message),
    })
  })

  it('is not what a disk of data is', async () => {
    expect(await judgeWindows(await ntfsWith({ 'Users/notes.txt': 'hello', [STATE]: 'x' }))).toBeNull()
  })

  it('has no state where the file says none', () => expect(imageState('[State]\r\nOther=1')).toBeUndefined())
})
