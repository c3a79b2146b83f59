import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { judgeTree, readYaml } from '../formats/yaml-tree.ts'
import { NetplanSchema } from '../netplan-schema.ts'
import { judgeCloudConfig, judgeMetaData } from './judge-cloud-config.ts'

/** Judges the files of a NoCloud seed by what each is; one of another name is taken for a cloud-config. */
export async function judgeSeed(files: readonly JudgedFile[]): Promise<Finding[]> {
  const found = await Promise.all(
    files.map(({ name, text }) => {
      if (name === 'meta-data') return judgeMetaData(name, text)
      return name === 'network-config' ? judgeNetworkConfig(name, text) : judgeCloudConfig(name, text)
    }),
  )
  return found.flat()
}

function judgeNetworkConfig(file: string, text: string): Finding[] {
  const tree = readYaml(file, text)
  if (tree.findings.length > 0) return tree.findings
  const hasKey = typeof tree.data === 'object' && tree.data !== null && 'network' in tree.data
  return judgeTree(file, tree, NetplanSchema, hasKey ? ['network'] : [])
}
