import { SaxesParser } from 'saxes'
import type { Finding } from '../../domain/install/finding.ts'

/** An element: its name without the prefix and the namespace that it is in, and the text right in it; lines count from 1. */
export type XmlElement = {
  name: string
  space: string
  line: number
  /** By their names as they stand, with the prefix. */
  attributes: Readonly<Record<string, string>>
  children: XmlElement[]
  text: string
}
export type XmlFile = { root: XmlElement | undefined; findings: Finding[] }

/** Reads an XML document (XML 1.0 and namespaces). What is not well-formed is told, and then there may be no root. */
export function readXml(file: string, text: string): XmlFile {
  const read: XmlFile = { root: undefined, findings: [] }
  const open: XmlElement[] = []
  const parser = new SaxesParser({ xmlns: true, position: true })
  let line = 1
  parser.on('error', ({ message }) => {
    const [, at = '1', said = message] = /^(\d+):\d+: (.*)$/s.exec(message) ?? []
    read.findings.push({ file, line: Number(at), severity: 'error', message: `expected well-formed XML: ${said}` })
  })
  parser.on('opentagstart', () => {
    line = parser.line
  })
  parser.on('opentag', ({ local, uri, attributes }) => {
    const values = Object.entries(attributes).map(([name, { value }]) => [name, value])
    const element = { name: local, space: uri, line, attributes: Object.fromEntries(values), children: [], text: '' }
    const parent = open.at(-1)
    if (parent) parent.children.push(element)
    else read.root = element
    open.push(element)
  })
  parser.on('closetag', () => void open.pop())
  const addText = (more: string) => {
    const element = open.at(-1)
    if (element) element.text += more
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(text).close()
  return read
}

/** The first child of this name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name)

/** What stands at a path of names below an element; undefined where there is nothing. */
export const textAt = (element: XmlElement | undefined, ...path: string[]): string | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => childOf(at, name), element)?.text

/** All scalars and the structure of a document, without the blanks between elements. */
export const plainXml = ({ name, attributes, children, text }: XmlElement): unknown =>
  children.length > 0 ? [name, attributes, children.map(plainXml)] : [name, attributes, text]
