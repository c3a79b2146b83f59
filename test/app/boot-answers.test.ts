import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createBootAnswers } from '../../src/app/boot-answers.ts'
import { createBootSecrets } from '../../src/boot/boot-secrets.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Run } from '../../src/domain/run/run.ts'
import { loadTemplates } from '../../src/templates/template-folder.ts'

const run: Run = {
  ...{
    id: '0190f7c4-1111-7000-8000-000000000001',
    kind: 'deploy',
    machine: 'web-1',
    image: 'i',
    version: '1',
    manifestDigest: 'd',
  },
  ...{ profile: HardwareProfile.parse({ name: 'p', kernelArguments: ['nomodeset'] }), state: 'seeding', stateSince: 0 },
  ...{ deadlineAt: 1, createdAt: 0, endedAt: undefined, cause: undefined, retryOf: undefined },
}
const answers = createBootAnswers({
  templates: loadTemplates(new URL('../../boot-templates', import.meta.url).pathname),
  secrets: createBootSecrets(Buffer.alloc(32)),
  ports: { dhcpPort: 67, tftpPort: 69, httpPort: 8081, agentPort: 8443 },
  doorPin: 'sha256//abc=',
  findRun: async () => run,
})
const paths = (how: 'systemd' | 'nocloud' | 'none') => answers.seed(run, how, '10.0.0.1').map(({ path }) => path)

it('seeds a systemd image with the program, its unit and the link that starts it', () => {
  expect(paths('systemd')).toEqual([
    ...['/var/lib/slipway/prove', '/etc/slipway-release', '/etc/systemd/system/slipway-prove.service'],
    '/etc/systemd/system/multi-user.target.wants/slipway-prove.service',
  ])
  const [program] = answers.seed(run, 'systemd', '10.0.0.1')
  expect(program).toMatchObject({
    mode: 0o700,
    content: expect.stringContaining("url='https://10.0.0.1:8443/agent/facts'"),
  })
  expect(program?.content).toContain("pin='sha256//abc='")
})

it('seeds a cloud-init image by NoCloud, with an instance id and the program to run', () => {
  const files = new Map(answers.seed(run, 'nocloud', '10.0.0.1').map((file) => [file.path, file.content ?? '']))
  expect(parse(files.get('/var/lib/cloud/seed/nocloud/meta-data')!)).toEqual({
    'instance-id': run.id,
    'local-hostname': 'web-1',
  })
  expect(files.get('/var/lib/cloud/seed/nocloud/user-data')).toMatch(/^#cloud-config\n/)
  expect(parse(files.get('/var/lib/cloud/seed/nocloud/user-data')!)).toEqual({
    runcmd: [['sh', '/var/lib/slipway/prove']],
  })
})

it('puts nothing on an image that takes no seed', () => expect(paths('none')).toEqual([]))

it('writes the boot script with the profile’s kernel arguments', async () => {
  const script = await answers.script({ kind: 'grant', runId: run.id, session: 2 }, '52:54:00:00:00:01', '10.0.0.1')
  expect(script).toMatch(/^#!ipxe\n/)
  expect(script).toContain('kernel http://10.0.0.1:8081/boot/kernel initrd=initrd')
  expect(script).toContain(
    'quiet nomodeset slipway.door=10.0.0.1:8443 slipway.chunks=http://10.0.0.1:8081 slipway.mac=52:54:00:00:00:01',
  )
})
