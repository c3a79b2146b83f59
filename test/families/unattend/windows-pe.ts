import { createContext, runInContext } from 'node:vm'
import { readXml, type XmlElement } from '../../../src/families/formats/xml-tree.ts'

export type SeenDisk = { Index: number; SerialNumber: string | null; Size: string }
/** What the script did: what it called, what was mapped, started and copied, and the disks of the answers that it saved. */
export type Deeds = { calls: string[]; mapped: unknown[][]; started: string[]; copied: string[]; saved: string[] }

const FOLDER = 'X:\\Windows\\System32\\'
class Quit extends Error {}

/** Windows PE as far as the script of the family needs it: its objects over our own reader of XML. */
export function runInWindowsPe(files: ReadonlyMap<string, string>, disks: SeenDisk[]): Deeds {
  const deeds: Deeds = { calls: [], mapped: [], started: [], copied: [], saved: [] }
  const drives = [{ DriveLetter: 'C' }, { DriveLetter: 'X' }]
  const objects: Record<string, () => object> = {
    'MSXML2.DOMDocument.6.0': () => documentOf(files, deeds),
    'MSXML2.ServerXMLHTTP.6.0': () => requestOf(deeds),
    'WScript.Network': () => ({ MapNetworkDrive: (...all: unknown[]) => deeds.mapped.push(all) }),
    'WScript.Shell': () => ({
      ExpandEnvironmentStrings: () => FOLDER,
      Run: (command: string) => void deeds.started.push(command),
    }),
    'Scripting.FileSystemObject': () => ({
      Drives: drives,
      FileExists: (path: string) => path === 'C:\\Windows\\Panther\\unattend.xml',
      FolderExists: () => false,
      GetFile: () => ({ DateLastModified: '2999-01-01T00:00:00Z' }),
      CreateFolder: () => undefined,
      CopyFile: (from: string, to: string) => void deeds.copied.push(`${from} -> ${to}`),
    }),
  }
  const make = (name: string) => objects[name]!()
  const quit = () => {
    throw new Quit()
  }
  const context = createContext({
    WScript: { CreateObject: make, Echo: () => undefined, Sleep: () => undefined, Quit: quit },
    ActiveXObject: function ActiveXObject(name: string) {
      return make(name)
    },
    GetObject: () => ({ ExecQuery: () => disks }),
    Enumerator: function Enumerator(this: Record<string, unknown>, all: object[]) {
      let at = 0
      Object.assign(this, { atEnd: () => at >= all.length, item: () => all[at], moveNext: () => (at += 1) })
    },
  })
  try {
    runInContext(files.get('slipway.js')!, context)
  } catch (error) {
    if (!(error instanceof Quit)) throw error
  }
  return deeds
}

const requestOf = (deeds: Deeds) => {
  let url = ''
  return {
    open: (_method: string, to: string) => {
      url = to
    },
    setRequestHeader: () => undefined,
    send: (text: string) => void deeds.calls.push(text === '' ? url : `${url} ${text}`),
  }
}

const nodeOf = (element: XmlElement) => ({
  getAttribute: (name: string) => element.attributes[name] ?? null,
  xml: element.name,
  get text() {
    return element.text
  },
  set text(value: string) {
    element.text = value
  },
})
const allOf = (element: XmlElement, name: string): XmlElement[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => allOf(child, name)),
]

function documentOf(files: ReadonlyMap<string, string>, deeds: Deeds) {
  let root: XmlElement | undefined
  const nodesOf = (path: string) => allOf(root!, /\w+$/.exec(path)![0]).map(nodeOf)
  return {
    load: (path: string) => {
      const name = path.slice(FOLDER.length)
      root = readXml(name, files.get(name)!).root
      return true
    },
    get documentElement() {
      return nodeOf(root!)
    },
    setProperty: () => undefined,
    selectNodes: (path: string) => {
      const nodes = nodesOf(path)
      return { length: nodes.length, item: (at: number) => nodes[at] }
    },
    selectSingleNode: (path: string) => nodesOf(path)[0] ?? null,
    save: () => void deeds.saved.push(...allOf(root!, 'DiskID').map(({ text }) => text)),
  }
}
