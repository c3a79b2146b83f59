/** Parts of a PE/COFF file (Microsoft PE format, "Optional Header Data Directories", "Section Table"). */
export type PeFile = { sections: { name: string; bytes: Buffer }[]; certificates: Buffer[] }

const NEW_HEADER_AT = 0x3c
const SIGNATURE = 'PE\0\0'
const COFF_BYTES = 20
const PE32_PLUS = 0x20b
/** Where the data directories begin in the optional header: PE32, PE32+. */
const DIRECTORIES_AT = { pe32: 96, pe32Plus: 112 }
const CERTIFICATE_DIRECTORY = 4
const SECTION_BYTES = 40
const CERTIFICATE_HEAD_BYTES = 8
/** WIN_CERT_TYPE_PKCS_SIGNED_DATA. */
const PKCS_SIGNED_DATA = 2

/** Reads sections and the attribute certificate table; undefined for what is no PE file or is cut off. */
export function readPe(bytes: Buffer): PeFile | undefined {
  try {
    return parse(bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function parse(bytes: Buffer): PeFile | undefined {
  const head = bytes.readUInt32LE(NEW_HEADER_AT)
  if (bytes.toString('latin1', head, head + 4) !== SIGNATURE) return undefined
  const coff = head + 4
  const optional = coff + COFF_BYTES
  const isPlus = bytes.readUInt16LE(optional) === PE32_PLUS
  const directories = optional + DIRECTORIES_AT[isPlus ? 'pe32Plus' : 'pe32']
  const count = bytes.readUInt32LE(directories - 4)
  const table = optional + bytes.readUInt16LE(coff + 16)
  const sections = Array.from({ length: bytes.readUInt16LE(coff + 2) }, (_, index) =>
    readSection(bytes, table + index * SECTION_BYTES),
  )
  const entry = directories + CERTIFICATE_DIRECTORY * 8
  if (count <= CERTIFICATE_DIRECTORY) return { sections, certificates: [] }
  // Unlike the other directories, this one's address is an offset in the file.
  return {
    sections,
    certificates: readCertificates(bytes, bytes.readUInt32LE(entry), bytes.readUInt32LE(entry + 4)),
  }
}

function readSection(bytes: Buffer, at: number): PeFile['sections'][number] {
  const name = bytes.toString('latin1', at, at + 8).replace(/\0.*$/s, '')
  const [virtual, raw, offset] = [8, 16, 20].map((field) => bytes.readUInt32LE(at + field)) as [number, number, number]
  // The raw size is rounded up to the file's alignment.
  return { name, bytes: bytes.subarray(offset, offset + (virtual > 0 ? Math.min(virtual, raw) : raw)) }
}

function readCertificates(bytes: Buffer, start: number, length: number): Buffer[] {
  const found: Buffer[] = []
  const end = Math.min(start + length, bytes.length)
  for (let at = start; at + CERTIFICATE_HEAD_BYTES <= end; ) {
    const size = bytes.readUInt32LE(at)
    if (size < CERTIFICATE_HEAD_BYTES || at + size > end) break
    if (bytes.readUInt16LE(at + 6) === PKCS_SIGNED_DATA)
      found.push(bytes.subarray(at + CERTIFICATE_HEAD_BYTES, at + size))
    at += Math.ceil(size / 8) * 8
  }
  return found
}
