import { expect, it } from 'vitest'
import { InstallLayer } from '../../../src/domain/install/install-settings.ts'
import { layerSettings } from '../../../src/domain/install/layer-settings.ts'

it('takes each setting from whoever is nearest to the machine, and says from whom', () => {
  const layers = {
    segment: InstallLayer.parse({ timezone: 'Europe/Berlin', keyboard: 'de', mirror: 'http://mirror/' }),
    profile: InstallLayer.parse({
      keyboard: 'us',
      families: { kickstart: { selinux: 'permissive' }, preseed: { x: 1 } },
    }),
    machine: InstallLayer.parse({ mirror: null }),
    run: InstallLayer.parse({ families: { kickstart: { selinux: 'disabled' } } }),
  }
  const { settings, options, from } = layerSettings(layers, 'kickstart')
  expect(settings).toMatchObject({ timezone: 'Europe/Berlin', keyboard: 'us', mirror: null, language: 'en_US.UTF-8' })
  expect(options).toEqual({ selinux: 'disabled' })
  expect(from).toEqual({
    ...{ 'settings.timezone': 'segment', 'settings.keyboard': 'profile', 'settings.mirror': 'machine' },
    'options.selinux': 'run',
  })
})

it('has all defaults where nobody says anything', () => {
  const { settings, from } = layerSettings({ segment: undefined }, 'kickstart')
  expect(settings).toMatchObject({ timezone: 'Etc/UTC', users: [], rootPassword: null })
  expect(from).toEqual({})
})

it.each(['constructor', '__proto__', 'toString'])('has no options of a family named %s', (family) => {
  expect(layerSettings({ profile: InstallLayer.parse({ families: {} }) }, family).options).toEqual({})
})
