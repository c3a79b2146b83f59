import * as z from 'zod'

/** An archive of packages that machines reach through this appliance: below `/packages/<name>/` of the machines' door. */
export const PackageSource = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected small letters, digits and dashes'),
  url: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL', abort: true })
    .max(2048)
    .refine(
      (url) => !/[?#]/.test(url) && new URL(url).username === '' && new URL(url).password === '',
      'expected a URL without login, query and fragment',
    ),
})
export type PackageSource = z.infer<typeof PackageSource>
