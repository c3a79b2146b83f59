import { describe, expect, it, test } from 'vitest'
import { judgeCloudConfig, judgeMetaData } from '../../../src/families/cloud-init/judge-cloud-config.ts'

const judge = async (text: string) =>
  (await judgeCloudConfig('user-data', `#cloud-config\n${text}`)).map(
    ({ line, severity, message }) => `${severity} ${line} ${message}`,
  )

describe('a cloud-config', () => {
  test.each([
    'users:\n  - default\n  - name: a\n    ssh_authorized_keys: [k]\n  - snapuser: a@example.org\n',
    'write_files:\n  - {path: /a, content: !!binary aGk=, permissions: "0644"}\n',
    'write_files:\n  - {path: /a, permissions: 0o600, encoding: b64}\n',
    `runcmd:\n  - [ls, -l, 5]\n  - 'echo "a: b"'\n  - null\n`,
    'mounts:\n  - [vdb, /data, auto, defaults, "0", 2]\n  - [vdc, null]\n',
    'ntp:\n',
    '',
  ])('like %j is well', async (text) => expect(await judge(text)).toEqual([]))

  test.each([
    ['users:\n  - name: a\n    ssh_keys: [k]\n', /^error 4 .* got ssh_keys$/],
    ['users:\n  - gecos: a\n', /^error 3 users\.0: expected name, got none$/],
    ['write_files:\n  - path: a\n', /^error 3 write_files\.0\.path: expected an absolute path$/],
    ['write_files:\n  - path: /a\n    permissions: 0644\n', /^error 4 write_files\.0\.permissions: /],
    ['power_state: {mode: sleep}\n', /^error 2 power_state\.mode: /],
    ['runcmd:\n  - if true\n', /^error 3 expected a script that sh can read/],
    ['runcmd:\n  - echo "a: b"\n', /^error 3 runcmd\.0: expected a line of shell or a list of words$/],
    ['bootcmd: [[]]\n', /^error 2 bootcmd/],
    ['package_updates: true\n', /^warning 2 .* got package_updates$/],
    ['timezone: a\ntimezone: b\n', /^warning 3 expected timezone once/],
  ])('like %j is told', async (text, says) => expect(await judge(text)).toContainEqual(expect.stringMatching(says)))

  it('begins with the line that says what it is', async () =>
    expect(await judgeCloudConfig('f', '# cloud-config\n')).toMatchObject([{ line: 1, severity: 'error' }]))
})

test.each([
  ['instance-id: i-1\n', 0],
  ['instance-id: ""\n', 1],
  ['local-hostname: a\n', 1],
  ['', 1],
  ['instance-id: [\n', 1],
])('meta-data like %j has %i errors', (text, many) => expect(judgeMetaData('meta-data', text)).toHaveLength(many))
