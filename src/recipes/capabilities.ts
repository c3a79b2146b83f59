import type { BuildStep } from './build-step.ts'

/** File capabilities (capabilities(7)) of a tree: the raw attribute in hex by the path inside of the tree. */
export type Capabilities = ReadonlyMap<string, string>

const ATTRIBUTE = 'security.capability'

/** Reads them with getfattr, because Node cannot. */
export async function readCapabilities(step: BuildStep, tree: string): Promise<Capabilities> {
  const only = ['--match', `^${ATTRIBUTE.replace('.', '\\.')}$`]
  const flags = ['--recursive', '--physical', '--no-dereference', '--dump', '--encoding=hex', '--absolute-names']
  return parseCapabilities(await step.run('getfattr', [...flags, ...only, '--', tree]), tree)
}

/** The output of `getfattr --dump`: a comment with the path (bytes above ASCII in octal), then the attribute. */
export function parseCapabilities(output: string, tree: string): Capabilities {
  const blocks = output.split('\n\n').map((block) => {
    const file = /^# file: (.*)$/m.exec(block)?.[1]
    const value = /^security\.capability=0x([0-9a-f]+)$/m.exec(block)?.[1]
    return file?.startsWith(`${tree}/`) && value ? [[file.slice(tree.length), value] as const] : []
  })
  return new Map(blocks.flat())
}

/** The command that sets a file's attribute in debugfs, which takes bytes as octal escapes. */
export function capabilityCommand(quotedPath: string, hex: string): string {
  const bytes = [...Buffer.from(hex, 'hex')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
  return `ea_set ${quotedPath} ${ATTRIBUTE} "${bytes.join('')}"`
}
