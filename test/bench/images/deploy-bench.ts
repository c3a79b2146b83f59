import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { ADDRESSES, assertHolds, blankDisk, DEVICE, startAppliance } from './bench-machines.ts'
import type { BenchContext, BenchSection } from './bench-section.ts'
import { type Fabric, openFabric } from './fabric.ts'
import { rowOf, timed } from './rounds.ts'

const URL_OF_IMAGE = `http://${ADDRESSES.nginx}/image.zst`

/**
 * The agent, as a process on a machine of its own, writes the image to a file over a virtual wire, verified and read back,
 * and then version 2 over it; against `curl | zstd -dc | dd` of the same image from nginx. Each ends when its bytes are
 * durable.
 */
export const deployBench: BenchSection = {
  name: 'deploy',
  run: async (context) => {
    const { rounds, say } = context
    const [disk, folder] = [await context.largeDisk(), await context.folder('deploy')]
    const fabric = await openFabric(DEVICE, Object.values(ADDRESSES), 1)
    try {
      const versions = Array.from({ length: rounds }, () => ['1', '2']).flat()
      const appliance = await startAppliance(fabric, folder, disk, versions)
      await startNginx(context, fabric, join(folder, 'nginx'), disk.first)
      const [pipe, first, second]: number[][] = [[], [], []]
      for (let round = 0; round < rounds; round++) {
        const target = join(folder, 'pipe.raw')
        await execa('sync')
        pipe!.push(await timed(() => fabric.on(0, ['bash', '-c', pipeTo(target)])))
        await execa('cmp', [target, disk.first])
        await rm(target)
        const devices = await blankDisk(folder, 'disk', disk.bytes)
        for (const [version, times] of [first, second].entries()) {
          const command = await appliance.boot(2 * round + version, 0, devices)
          await execa('sync')
          times!.push(await timed(() => fabric.on(0, command)))
          await assertHolds(fabric, devices, version === 0 ? disk.first : disk.second, disk.bytes)
        }
        say(
          `pipe ${pipe!.at(-1)!.toFixed(2)} s, deploy ${first!.at(-1)!.toFixed(2)} s, redeploy ${second!.at(-1)!.toFixed(2)} s`,
        )
      }
      const facts = { unit: 's', rivalName: 'curl \\| zstd -dc \\| dd' }
      return [
        rowOf('deploy_vs_pipe', { ...facts, wanted: 0.6 }, first!, pipe!),
        rowOf('redeploy_vs_pipe', { ...facts, wanted: 0.25 }, second!, pipe!),
      ]
    } finally {
      await fabric.close()
    }
  },
}

const pipeTo = (file: string): string =>
  `set -o pipefail; curl -fsS ${URL_OF_IMAGE} | zstd -dc | dd of=${file} bs=4M iflag=fullblock conv=fsync status=none`

async function startNginx({ rivals }: BenchContext, fabric: Fabric, folder: string, image: string): Promise<void> {
  await mkdir(join(folder, 'root'), { recursive: true })
  await execa('zstd', ['-q', '-T2', '-3', image, '-o', join(folder, 'root/image.zst')])
  const template = await readFile(new URL('../network/configs/nginx.conf', import.meta.url), 'utf8')
  const configuration = join(folder, 'nginx.conf')
  await writeFile(configuration, template.replaceAll('PREFIX', folder).replaceAll('ADDRESS', ADDRESSES.nginx))
  const command = [rivals.program('usr/sbin/nginx'), '-p', folder, '-c', configuration, '-e', 'stderr']
  const answers = async () => (await fabric.on(0, ['curl', '-fsSI', URL_OF_IMAGE])) !== ''
  await fabric.serve(command, answers, rivals.env)
}
