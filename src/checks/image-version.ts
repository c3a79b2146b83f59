import type { Check } from '../domain/check.ts'
import { compare } from './verdict.ts'

/** /etc/slipway-release names the image, the version and the manifest that the run was to deploy. */
export const imageVersion: Check = {
  id: 'image-version',
  says: 'It runs the image version that was asked for',
  judge: ({ facts, image }) =>
    compare(
      `${image.name} ${image.version} ${image.manifestDigest.slice(0, 12)}`,
      `${facts.image} ${facts.version} ${facts.manifest.slice(0, 12)}` +
        (facts.manifest.slice(12) === image.manifestDigest.slice(12) ? '' : ' (another manifest)'),
    ),
}
