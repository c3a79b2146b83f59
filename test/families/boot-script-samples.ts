import { BOOT_TEMPLATES, type BootTemplateName, loadTemplates } from '../../src/templates/template-folder.ts'

/** What every boot script of ours can say, with kernel arguments that are hard to write. */
const VALUES = {
  ...{ runId: '0190f7c4-1111-7000-8000-000000000001', session: 2, mac: '52:54:00:00:00:01', server: '10.0.0.1' },
  ...{ base: 'http://10.0.0.1:8081', door: '10.0.0.1:8443', code: 'c0de' },
  ...{
    installer: 'debian-installer',
    version: '12',
    arguments: ['auto=true', 'url=http://10.0.0.1:8081/x/preseed.cfg'],
  },
  consoles: ['tty0', 'ttyS0,115200'],
  kernelArguments: [
    'nomodeset',
    'ds=nocloud;s=http://10.0.0.1:8081/boot/answers/',
    '---',
    'ip=::::h:eth0:dhcp',
    'a=x&y|z',
  ],
}

/** The boot scripts that Slipway ships for one loader, rendered. */
export const shippedScripts = (loader: 'ipxe' | 'grub') => {
  const templates = loadTemplates(new URL('../../boot-templates', import.meta.url).pathname)
  return (Object.keys(BOOT_TEMPLATES) as BootTemplateName[])
    .filter((name) => name.startsWith(`${loader}/`))
    .map((name) => ({ name, text: templates.render(name, { [loader]: VALUES }) }))
}
