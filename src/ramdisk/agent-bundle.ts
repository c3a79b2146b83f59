import { build } from 'esbuild'

/** The agent (`entry`, src/agent/main.ts) and all it imports as one ECMAScript module for the Node it will run on. */
export async function bundleAgent(entry: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  })
  return result.outputFiles[0]!.contents
}
