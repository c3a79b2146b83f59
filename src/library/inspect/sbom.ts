import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import { PackageURL } from 'packageurl-js'
import type { InstalledPackage, InstalledSystem } from './installed-packages.ts'

/** Of which version, by its manifest, and when (ms since the epoch). */
export type SbomSubject = { name: string; version: string; manifestDigest: string; at: number }

/** A system's packages as a CycloneDX 1.6 document. The same system of the same version gives the same text. */
export function writeSbom(system: InstalledSystem, subject: SbomSubject): string {
  const bom = new Models.Bom({ serialNumber: `urn:uuid:${uuidOf(subject.manifestDigest)}` })
  bom.metadata.timestamp = new Date(subject.at)
  bom.metadata.component = new Models.Component(Enums.ComponentType.OperatingSystem, subject.name, {
    ...{ version: subject.version, bomRef: subject.manifestDigest, description: system.name },
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], subject.manifestDigest]]),
  })
  for (const entry of system.packages) bom.components.add(componentOf(entry, system))
  const json = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  return `${new Serialize.JsonSerializer(json).serialize(bom, { sortLists: true })}\n`
}

function componentOf(
  { type, name, version, arch, source }: InstalledPackage,
  { distribution, release }: InstalledSystem,
) {
  // The rpm type has the epoch as a qualifier, the deb type in the version (purl-spec, types).
  const [, epoch, rest] = /^(?:(\d+):)?(.*)$/.exec(version)!
  const distro = release ? `${distribution}-${release}` : distribution
  const [at, qualifiers] =
    type === 'rpm' ? [rest, { arch, distro, ...(epoch && { epoch }) }] : [version, { arch, distro }]
  const purl = new PackageURL(type, distribution, name, at, qualifiers, undefined).toString()
  const properties = new Models.PropertyRepository(source ? [new Models.Property('slipway:source', source)] : [])
  return new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: purl, properties })
}

/** A UUID (version 8, RFC 9562 §5.8) whose bits are those of a digest. */
function uuidOf(digest: string): string {
  const hex = `${digest.slice(0, 12)}8${digest.slice(13, 16)}a${digest.slice(17, 32)}`
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
