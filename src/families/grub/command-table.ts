/** The commands of GRUB’s manual (“Commands”) that its loaders for BIOS and UEFI bring, by how many words each needs. */
const NEED_NOTHING =
  'authenticate background_color background_image badram boot break clear cmosdump continue date drivemap echo eval exit export ' +
  'false fwsetup gettext halt help hexdump insmod keystatus lsacpi lsapm lsefi lsefimmap lsefisystab lsfonts lsmmap lsmod ' +
  'lspci lssal ls net_add_dns net_bootp net_bootp6 net_dhcp net_ls_addr net_ls_cards net_ls_dns net_ls_routes ' +
  'net_ipv6_autoconf nativedisk normal normal_exit list_env load_env list_trusted password password_pbkdf2 play probe read ' +
  'reboot rescue return search serial set setparams shift sleep terminal_input terminal_output terminfo test time true unset ' +
  'vbeinfo vbetest videoinfo videotest [ cryptomount gptsync hdparm md5sum sha1sum sha256sum sha512sum hashsum crc acpi ' +
  'loopback menuentry submenu smbios cpuid save_env regexp tr keymap loadfont rdmsr wrmsr setpci trust distrust verify_detached'
const NEED_ONE =
  'linux linux16 linuxefi initrd initrd16 initrdefi chainloader configfile source . multiboot multiboot2 module module2 rmmod ' +
  'cat extract_entries_configfile extract_entries_source legacy_configfile legacy_source legacy_kernel legacy_initrd ' +
  'syslinux_configfile syslinux_source ntldr freedos file net_nslookup net_del_addr net_del_dns net_del_route'
const NEED_TWO = 'net_get_dhcp_option parttool cmp net_add_addr net_add_route'

/** The commands of GRUB by their names, and how many words each needs at least. */
export const GRUB_COMMANDS: ReadonlyMap<string, number> = new Map(
  [NEED_NOTHING, NEED_ONE, NEED_TWO].flatMap((names, least) => names.split(' ').map((name) => [name, least] as const)),
)
