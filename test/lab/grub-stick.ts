import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

const MODULES = [
  'efinet',
  'net',
  'tftp',
  'configfile',
  'normal',
  'echo',
  'minicmd',
  'test',
  'chain',
  'sleep',
  'part_gpt',
  'fat',
]

/** A stick with a GRUB that takes an address and asks the server for its script, as a machine may have one. */
export async function makeGrubStick(folder: string, server: string): Promise<string> {
  const [config, loader, stick] = ['stick.cfg', 'BOOTX64.EFI', 'stick.img'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await writeFile(config, `net_bootp\necho the stick asks\nconfigfile (tftp,${server})/grub/grub.cfg\n`)
  await execa('grub-mkimage', ['-O', 'x86_64-efi', '-p', '/', '-c', config, '-o', loader, ...MODULES])
  await execa('mformat', ['-C', '-T', '16384', '-h', '16', '-s', '32', '-i', stick, '::'])
  await execa('mmd', ['-i', stick, '::/EFI', '::/EFI/BOOT'])
  await execa('mcopy', ['-i', stick, loader, '::/EFI/BOOT/BOOTX64.EFI'])
  return stick
}
