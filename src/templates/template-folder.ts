import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FileFormat } from '../domain/install/file-format.ts'
import { type BootTemplate, compileBootTemplate } from './boot-template.ts'

/** Every boot template that Slipway renders itself: its file below `boot-templates/` and the format it is in. */
export const BOOT_TEMPLATES = {
  'ipxe/deploy.ipxe.hbs': 'ipxe',
  'ipxe/install.ipxe.hbs': 'ipxe',
  'ipxe/local.ipxe.hbs': 'ipxe',
  'ipxe/local-sanboot.ipxe.hbs': 'ipxe',
  'ipxe/hold.ipxe.hbs': 'ipxe',
  'ipxe/menu.ipxe.hbs': 'ipxe',
  'grub/deploy.cfg.hbs': 'grub',
  'grub/install.cfg.hbs': 'grub',
  'grub/local.cfg.hbs': 'grub',
  'grub/hold.cfg.hbs': 'grub',
  'grub/hold-image.cfg.hbs': 'grub',
  'grub/menu.cfg.hbs': 'grub',
  'seed/prove.sh.hbs': 'sh',
  'seed/slipway-prove.service.hbs': 'line',
  'seed/release.hbs': 'line',
  'seed/installed-release.hbs': 'line',
  'seed/put.sh.hbs': 'sh',
  'seed/meta-data.hbs': 'yaml',
  'seed/user-data.hbs': 'yaml',
  'seed/per-instance.sh.hbs': 'sh',
} as const satisfies Record<string, FileFormat>

export type BootTemplateName = keyof typeof BOOT_TEMPLATES
/** What machines boot by, which people may override; the others seed what was installed. */
export type BootScriptName = Extract<BootTemplateName, `ipxe/${string}` | `grub/${string}`>
export type Templates = { render(name: BootTemplateName, values: Record<string, unknown>): string }

/** Reads and compiles all templates of `folder` once, so that a broken one stops the start and not a boot. */
export function loadTemplates(folder: string): Templates {
  const compiled = new Map<BootTemplateName, BootTemplate>()
  for (const [name, format] of Object.entries(BOOT_TEMPLATES) as [BootTemplateName, FileFormat][])
    compiled.set(name, compileBootTemplate(name, readFileSync(join(folder, name), 'utf8'), format))
  return { render: (name, values) => compiled.get(name)!(values) }
}
