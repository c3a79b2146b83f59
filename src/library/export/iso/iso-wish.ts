/**
 * What a medium that boots needs besides the version: the ramdisk's kernel and initrd, loaders signed for Secure Boot, and
 * what is said to the agent. `erase`: also a disk that is not empty is written, without anybody choosing so. `report`: base
 * address of the door that hears of it, with the token that opens it.
 */
export type IsoWish = {
  kernel: string
  initrd: string
  shim: string
  grub: string
  mokManager: string
  erase: boolean
  kernelArguments: readonly string[]
  report?: { door: string; token: string } | undefined
}
