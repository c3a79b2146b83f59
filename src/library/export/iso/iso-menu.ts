import type { Manifest } from '../../../image/manifest.ts'
import type { IsoWish } from './iso-wish.ts'

/** Seconds in which somebody at the machine may choose. */
const TIMEOUT = 10

/** GRUB's menu on the medium, for BIOS and UEFI. The first entry harms nothing; which one is taken unasked is said at export. */
export function isoMenu({ name, version }: Pick<Manifest, 'name' | 'version'>, label: string, wish: IsoWish): string {
  const report = wish.report ? [`slipway.report=${wish.report.door}`, `slipway.token=${wish.report.token}`] : []
  const words = ['console=tty0', 'console=ttyS0,115200', 'quiet', 'panic=10', ...wish.kernelArguments, ...report]
  const entry = (title: string, ...more: string[]): string => `menuentry '${title}' {
  echo 'Loading Slipway'
  linux /boot/kernel ${[...words, `slipway.medium=${label}`, ...more].join(' ')}
  initrd /boot/initrd
}
`
  return `# Slipway: deploys ${name} ${version} without a network
search --no-floppy --label ${label} --set=root
set timeout=${TIMEOUT}
set default=${wish.erase ? 1 : 0}
${entry(`Deploy ${name} ${version}, if the disk is empty`)}
${entry(`Deploy ${name} ${version} and ERASE what the disk holds`, 'slipway.erase=yes')}
menuentry 'Switch off' {
  halt
}
`
}
