import { type InstallLayer, InstallSettings } from './install-settings.ts'

/** Who says what of an installation: the later of these counts before the earlier. */
export const SETTING_SOURCES = ['segment', 'profile', 'machine', 'run'] as const
export type SettingSource = (typeof SETTING_SOURCES)[number]
export type SettingLayers = Partial<Record<SettingSource, InstallLayer | undefined>>

export type LayeredSettings = {
  settings: InstallSettings
  /** Options of the family, not yet checked. */
  options: Record<string, unknown>
  /** Who said each setting and option (`settings.language`, `options.selinux`); what nobody said is not in it. */
  from: Record<string, SettingSource>
}

/** The settings and one family's options that count; each is taken as a whole from whoever is nearest to the machine. */
export function layerSettings(layers: SettingLayers, family: string): LayeredSettings {
  const from: LayeredSettings['from'] = {}
  const settings: Record<string, unknown> = {}
  const options: Record<string, unknown> = {}
  for (const source of SETTING_SOURCES) {
    const { families = {}, ...own } = layers[source] ?? {}
    const put = (into: Record<string, unknown>, kind: string, said: Record<string, unknown>): void => {
      for (const [name, value] of Object.entries(said)) {
        if (value === undefined) continue
        into[name] = value
        from[`${kind}.${name}`] = source
      }
    }
    put(settings, 'settings', own)
    put(options, 'options', Object.hasOwn(families, family) ? families[family]! : {})
  }
  return { settings: InstallSettings.parse(settings), options, from }
}
