import { ipv4ToNumber, numberToIpv4 } from '../../core/ipv4.ts'
import { type Codec, ipv4 } from './codecs.ts'
import { malformed } from './malformed.ts'

/** A route: the network as `address/prefix` and the router to it. */
export type ClasslessRoute = { to: string; via: string }

/** Option 121: of each destination only the octets that its prefix makes significant (RFC 3442). */
export const classlessRoutes: Codec<ClasslessRoute[]> = {
  decode: (bytes) => {
    const routes: ClasslessRoute[] = []
    for (let at = 0; at < bytes.length; ) {
      const prefix = bytes[at++]!
      const size = Math.ceil(prefix / 8)
      if (prefix > 32) throw malformed('classless route', 'a prefix up to 32', `${prefix}`)
      if (bytes.length - at < size + 4) throw malformed('classless route', `${size + 4} bytes`, `${bytes.length - at}`)
      const destination = [...bytes.subarray(at, at + size), 0, 0, 0, 0].slice(0, 4).join('.')
      routes.push({ to: `${destination}/${prefix}`, via: ipv4.decode(bytes.subarray(at + size, at + size + 4)) })
      at += size + 4
    }
    return routes
  },
  encode: (routes) =>
    Buffer.concat(
      routes.map(({ to, via }) => {
        const [address, prefix] = to.split('/') as [string, string]
        const significant = ipv4.encode(numberToIpv4(ipv4ToNumber(address))).subarray(0, Math.ceil(Number(prefix) / 8))
        return Buffer.concat([Uint8Array.of(Number(prefix)), significant, ipv4.encode(via)])
      }),
    ),
}
