import type { Release } from '../family.ts'

/** A release of Windows: the image that is installed by default, and the public key that Microsoft gives for it. */
export type WindowsRelease = Release & { server: boolean; image: string; key: string }

const client = (version: 10 | 11): WindowsRelease => ({
  ...{ name: `windows-${version}`, title: `Windows ${version}`, server: false, image: `Windows ${version} Pro` },
  key: 'W269N-WFGWX-YVC9B-4J6C9-T83GX',
})
const server = (year: 2019 | 2022 | 2025, key: string): WindowsRelease => ({
  ...{ name: `windows-server-${year}`, title: `Windows Server ${year}`, server: true, key },
  image: `Windows Server ${year} SERVERSTANDARD`,
})

/** KMS client setup keys, which choose an edition and activate nothing. */
export const WINDOWS_RELEASES: readonly [WindowsRelease, ...WindowsRelease[]] = [
  client(10),
  client(11),
  server(2019, 'N69G4-B89J2-4G8F4-WWYCC-J464C'),
  server(2022, 'VDYBN-27WPP-V4HQT-9VMD4-VMK7H'),
  server(2025, 'TVRH6-WHNXV-R9WG3-9XRFY-MY832'),
]
