/**
 * How one transport tells a machine to boot its own disk, and how long firmware took over it on the emulated bench. A
 * script's `template` lies below boot-templates/.
 */
export type LocalBootRow = { asks: string; answer: string; measured: string; template?: string }

const NOT_MEASURED = 'not measured'

/**
 * What each transport answers a machine that may not boot from the network now. OVMF waits a minute for a better offer
 * where one holds nothing to boot; the two rows for UEFI firmware end that within seconds.
 */
export const LOCAL_BOOT = {
  noFile: { asks: 'BIOS by PXE', answer: 'an offer without a boot file', measured: NOT_MEASURED },
  pxeMenu: {
    asks: 'UEFI by PXE',
    answer: 'a PXE menu whose only entry, chosen at once, is the own disk (option 43)',
    measured: 'OVMF 4 s; 60 s where the offer holds nothing to boot',
  },
  emptyUrl: {
    asks: 'UEFI by HTTP',
    answer: 'a URL where nothing is: HEAD gets 404',
    measured: 'OVMF 4 s; 60 s where the offer holds nothing to boot',
  },
  ipxeExit: {
    asks: 'iPXE',
    answer: 'a script: `exit` back to the firmware',
    measured: '2 s after the script; before it iPXE may wait 14 s for an IPv6 router',
    template: 'ipxe/local.ipxe.hbs',
  },
  ipxeSanboot: {
    asks: 'iPXE on a BIOS that stops at `exit` (profile: `localBoot: sanboot`)',
    answer: 'a script: `sanboot` of the first disk',
    measured: NOT_MEASURED,
    template: 'ipxe/local-sanboot.ipxe.hbs',
  },
  grubScript: {
    asks: 'GRUB',
    answer: 'a grub.cfg: on a BIOS `exit` back to the firmware, on UEFI the loader of the first disk that has one',
    measured: NOT_MEASURED,
    template: 'grub/local.cfg.hbs',
  },
} as const satisfies Record<string, LocalBootRow>

/** How an offer to firmware says it. */
export type LocalOffer = 'noFile' | 'pxeMenu' | 'emptyUrl'
