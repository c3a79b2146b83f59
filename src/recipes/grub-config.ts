/**
 * The menu in the root file system, for BIOS and UEFI. It names the links that Debian's kernel packages keep, so that an
 * upgrade of the kernel needs no new menu.
 */
export const rootGrubConfig = (rootUuid: string, kernelArguments: string[]): string => `set timeout=0
set default=0
menuentry 'system' {
  linux /vmlinuz ${[`root=UUID=${rootUuid}`, ...kernelArguments].join(' ')}
  initrd /initrd.img
}
`

/** What GRUB reads on the ESP: only where the menu is. */
export const espGrubConfig = (
  rootUuid: string,
  rootPartition: number,
): string => `search --no-floppy --fs-uuid --set=root ${rootUuid} --hint hd0,gpt${rootPartition}
set prefix=($root)/boot/grub
configfile $prefix/grub.cfg
`
