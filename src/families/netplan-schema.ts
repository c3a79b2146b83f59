import * as z from 'zod'

const mac = z.string().regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, 'expected a MAC with colons')
const cidr = z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/, 'expected an address and its prefix, like 192.0.2.10/24')
const backend = z.enum(['networkd', 'NetworkManager', 'sriov'])
const overrides = z.looseObject({ 'use-dns': z.boolean().optional(), 'route-metric': z.int().optional() })

const common = {
  ...{ renderer: backend.optional(), dhcp4: z.boolean().optional(), dhcp6: z.boolean().optional() },
  ...{ 'dhcp4-overrides': overrides.optional(), 'dhcp6-overrides': overrides.optional() },
  'dhcp-identifier': z.string().optional(),
  ...{ 'accept-ra': z.boolean().optional(), 'ipv6-privacy': z.boolean().optional() },
  addresses: z.array(z.union([cidr, z.record(cidr, z.looseObject({}))])).optional(),
  ...{ gateway4: z.ipv4().optional(), gateway6: z.ipv6().optional() },
  nameservers: z
    .strictObject({
      addresses: z.array(z.union([z.ipv4(), z.ipv6()])).optional(),
      search: z.array(z.string()).optional(),
    })
    .optional(),
  ...{
    macaddress: z.union([mac, z.string().regex(/^(permanent|random|stable)$/)]).optional(),
    mtu: z.int().optional(),
  },
  ...{
    optional: z.boolean().optional(),
    critical: z.boolean().optional(),
    'link-local': z.array(z.string()).optional(),
  },
  'optional-addresses': z.array(z.string()).optional(),
  routes: z
    .array(
      z.looseObject({
        to: z.string(),
        ...{ via: z.string().optional(), metric: z.int().optional(), 'on-link': z.boolean().optional() },
      }),
    )
    .optional(),
  ...{ 'routing-policy': z.array(z.looseObject({})).optional(), networkmanager: z.looseObject({}).optional() },
  ...{ 'ignore-carrier': z.boolean().optional(), 'activation-mode': z.enum(['manual', 'off']).optional() },
}
const physical = {
  ...common,
  match: z
    .strictObject({
      ...{ name: z.string().optional(), macaddress: mac.optional() },
      driver: z.union([z.string(), z.array(z.string())]).optional(),
    })
    .optional(),
  ...{ 'set-name': z.string().optional(), wakeonlan: z.boolean().optional(), 'emit-lldp': z.boolean().optional() },
}
const MODES = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
] as const

/** Links of netplan, version 2 (netplan.io/reference), as far as cards, bonds, bridges and VLANs go. */
export const NetplanSchema = z
  .strictObject({
    version: z.literal(2, 'expected version 2'),
    renderer: backend.optional(),
    ethernets: z
      .record(
        z.string(),
        z.strictObject({ ...physical, link: z.string().optional(), 'virtual-function-count': z.int().optional() }),
      )
      .optional(),
    bonds: z
      .record(
        z.string(),
        z.strictObject({
          ...{ ...common, interfaces: z.array(z.string()).optional() },
          parameters: z.looseObject({ mode: z.enum(MODES).optional() }).optional(),
        }),
      )
      .optional(),
    bridges: z
      .record(
        z.string(),
        z.strictObject({
          ...common,
          interfaces: z.array(z.string()).optional(),
          parameters: z.looseObject({}).optional(),
        }),
      )
      .optional(),
    vlans: z
      .record(z.string(), z.strictObject({ ...common, id: z.int().min(0).max(4094), link: z.string() }))
      .optional(),
    ...{
      wifis: z.record(z.string(), z.looseObject({})).optional(),
      tunnels: z.record(z.string(), z.looseObject({})).optional(),
    },
  })
  .superRefine((plan, context) => {
    const known = new Set(
      [plan.ethernets, plan.bonds, plan.bridges, plan.vlans, plan.wifis, plan.tunnels].flatMap((kind) =>
        Object.keys(kind ?? {}),
      ),
    )
    const tell = (path: (string | number)[], name: string) =>
      context.addIssue({ code: 'custom', path, message: `expected a link of this file, got ${name}` })
    for (const kind of ['bonds', 'bridges'] as const)
      for (const [name, { interfaces = [] }] of Object.entries(plan[kind] ?? {}))
        for (const [at, member] of interfaces.entries())
          if (!known.has(member)) tell([kind, name, 'interfaces', at], member)
    for (const [name, { link }] of Object.entries(plan.vlans ?? {}))
      if (!known.has(link)) tell(['vlans', name, 'link'], link)
  })
