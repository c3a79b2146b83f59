/** How one transport tells a machine to boot its own disk. A script's `template` lies below boot-templates/. */
type LocalBootRow = { asks: string; answer: string; template?: string }

/**
 * What each transport answers a machine that may not boot from the network now. OVMF waits a minute for a better offer
 * where one holds nothing to boot; the two rows for UEFI firmware end that within seconds.
 */
export const LOCAL_BOOT = {
  noFile: { asks: 'BIOS by PXE', answer: 'an offer without a boot file' },
  pxeMenu: { asks: 'UEFI by PXE', answer: 'a PXE menu whose only entry, chosen at once, is the own disk (option 43)' },
  emptyUrl: { asks: 'UEFI by HTTP', answer: 'a URL where nothing is: HEAD gets 404' },
  ipxeExit: { asks: 'iPXE', answer: 'a script: `exit` back to the firmware', template: 'ipxe/local.ipxe.hbs' },
  ipxeSanboot: {
    asks: 'iPXE on a BIOS that stops at `exit` (profile: `localBoot: sanboot`)',
    answer: 'a script: `sanboot` of the first disk',
    template: 'ipxe/local-sanboot.ipxe.hbs',
  },
  grubExit: { asks: 'GRUB', answer: 'a grub.cfg: `exit` back to the firmware', template: 'grub/local.cfg.hbs' },
} as const satisfies Record<string, LocalBootRow>

/** How an offer to firmware says it. */
export type LocalOffer = 'noFile' | 'pxeMenu' | 'emptyUrl'
