import * as z from 'zod'

/** Packages that an operating system of this family needs for the hardware; without `releases` every release of it. */
export const OperatingPackages = z.strictObject({
  family: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'expected the name of a family of operating systems'),
  releases: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/, 'expected the name or number of a release'))
    .min(1)
    .max(32)
    .optional(),
  packages: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_:@-]{0,127}$/, 'expected the name of a package'))
    .min(1)
    .max(256),
})
export type OperatingPackages = z.infer<typeof OperatingPackages>

/** The packages of all rows that speak of this family and release, each once, in their order. */
export const packagesFor = (rows: readonly OperatingPackages[], family: string, release: string): string[] => [
  ...new Set(
    rows
      .filter((row) => row.family === family && (row.releases === undefined || row.releases.includes(release)))
      .flatMap(({ packages }) => packages),
  ),
]
