/** What an answer may be: the words of debconf-devel(7), and `any` where the installer takes whatever type is said. */
export type QuestionType = 'string' | 'boolean' | 'select' | 'multiselect' | 'password' | 'note'

const of = (type: QuestionType, questions: string): [string, QuestionType][] =>
  questions.split(/\s+/).map((question) => [question, type])

/** Questions of Debian's installer that people answer, and their types (templates of its parts; appendix B of its guide). */
export const QUESTIONS: ReadonlyMap<string, QuestionType> = new Map([
  ...of(
    'string',
    `debian-installer/language debian-installer/country debian-installer/locale debian-installer/add-kernel-opts
    debian-installer/theme netcfg/get_hostname netcfg/get_domain netcfg/hostname netcfg/dhcp_hostname
    netcfg/get_ipaddress netcfg/get_netmask netcfg/get_gateway netcfg/get_nameservers netcfg/get_pointopoint
    netcfg/link_wait_timeout netcfg/dhcp_timeout netcfg/dhcpv6_timeout netcfg/wireless_essid netcfg/wireless_wep
    netcfg/wireless_wpa hw-detect/firmware-lookup mirror/country mirror/http/hostname mirror/http/directory
    mirror/http/proxy mirror/https/hostname mirror/https/directory mirror/https/proxy mirror/ftp/hostname
    mirror/ftp/directory mirror/ftp/proxy mirror/codename mirror/udeb/suite mirror/udeb/components
    passwd/user-fullname passwd/username passwd/user-uid passwd/user-default-groups time/zone clock-setup/ntp-server
    partman/early_command partman-auto/disk partman-auto/method partman-auto/expert_recipe
    partman-auto/expert_recipe_file partman-auto/cap-ram partman-auto-raid/recipe partman-auto-lvm/new_vg_name
    partman-auto-lvm/guided_size partman-basicfilesystems/default_label partman-partitioning/default_label
    partman/default_filesystem partman/alignment base-installer/kernel/image base-installer/kernel/override-image
    base-installer/debootstrap_script apt-setup/security_host apt-setup/multiarch pkgsel/include
    grub-installer/bootdev grub-installer/timeout preseed/early_command preseed/late_command preseed/include
    preseed/include/checksum preseed/include_command preseed/run preseed/run/checksum preseed/url preseed/url/checksum
    preseed/file preseed/file/checksum preseed/boot_command network-console/authorized_keys_url
    anna/retriever auto-install/defaultroot`,
  ),
  ...of(
    'boolean',
    `netcfg/enable netcfg/disable_autoconfig netcfg/disable_dhcp netcfg/use_autoconfig netcfg/confirm_static
    netcfg/no_default_route hw-detect/load_firmware hw-detect/load_media hw-detect/start_pcmcia mirror/no-default
    passwd/root-login passwd/make-user user-setup/allow-password-weak user-setup/encrypt-home clock-setup/utc
    clock-setup/utc-auto clock-setup/ntp partman-lvm/device_remove_lvm partman-lvm/device_remove_lvm_span
    partman-lvm/confirm partman-lvm/confirm_nooverwrite partman-md/device_remove_md partman-md/confirm
    partman-md/confirm_nooverwrite partman-partitioning/confirm_write_new_label
    partman-partitioning/confirm_new_label partman/confirm partman/confirm_nooverwrite partman/confirm_new_label
    partman-efi/non_efi_system partman-auto-crypto/erase_disks partman-crypto/confirm
    partman-crypto/confirm_nooverwrite partman-crypto/weak_passphrase partman-auto/purge_lvm_from_device
    partman-auto-lvm/no_boot partman-basicfilesystems/no_swap partman-basicfilesystems/no_mount_point
    partman-basicmethods/method_only base-installer/install-recommends apt-setup/cdrom/set-first
    apt-setup/cdrom/set-next apt-setup/cdrom/set-failed apt-setup/non-free-firmware apt-setup/non-free
    apt-setup/contrib apt-setup/disable-cdrom-entries apt-setup/use_mirror apt-setup/no_mirror
    apt-setup/enable-source-repositories apt-setup/restricted apt-setup/universe apt-setup/backports
    debian-installer/allow_unauthenticated debian-installer/allow_unauthenticated_ssl debian-installer/framebuffer
    pkgsel/run_tasksel pkgsel/install-language-support grub-installer/only_debian grub-installer/with_other_os
    grub-installer/force-efi-extra-removable grub-installer/update-nvram grub-installer/skip grub-installer/make_active
    grub-installer/enable_os_prober_otheros_yes grub-installer/enable_os_prober_otheros_no
    grub2/force_efi_extra_removable finish-install/keep-consoles cdrom-detect/eject
    debian-installer/exit/halt debian-installer/exit/always_halt debian-installer/exit/poweroff
    popularity-contest/participate preseed/interactive console-setup/ask_detect mdadm/boot_degraded
    disk-detect/multipath/enable anna/no_kernel_modules auto-install/enable keyboard-configuration/unsupported_layout`,
  ),
  ...of(
    'select',
    `keyboard-configuration/xkb-keymap keyboard-configuration/toggle keyboard-configuration/layout
    keyboard-configuration/variant keyboard-configuration/model netcfg/choose_interface netcfg/dhcp_options
    netcfg/target_network_config netcfg/wireless_security_type mirror/protocol mirror/suite mirror/http/mirror
    mirror/http/countries partman-auto/init_automatically_partition partman-auto/choose_recipe
    partman-auto/select_disk partman/choose_partition partman/mount_style partman-basicfilesystems/choose_label
    partman-partitioning/choose_label pkgsel/upgrade pkgsel/update-policy grub-installer/choose_bootdev
    base-installer/initramfs-tools/driver-policy retriever/net/error apt-setup/mirror/error`,
  ),
  ...of(
    'multiselect',
    `localechooser/supported-locales anna/choose_modules apt-setup/services-select tasksel/first tasksel/desktop
    pkgsel/language-packs`,
  ),
  ...of(
    'password',
    `passwd/root-password passwd/root-password-again passwd/root-password-crypted passwd/user-password
    passwd/user-password-again passwd/user-password-crypted network-console/password network-console/password-again
    grub-installer/password grub-installer/password-again grub-installer/password-crypted
    partman-crypto/passphrase partman-crypto/passphrase-again`,
  ),
  ...of('note', 'finish-install/reboot_in_progress netcfg/dhcp_failed'),
])

/** The installer's parts that have questions like `apt-setup/local0/repository`, one for each number. */
export const NUMBERED: readonly [RegExp, QuestionType][] = [
  [/^apt-setup\/local\d\/(repository|comment|key)$/, 'string'],
  [/^apt-setup\/local\d\/source$/, 'boolean'],
]

/** Types that mean the same to the installer, which stores the text of an answer as it is. */
const TEXTS: readonly string[] = ['string', 'select', 'text']
export const isAlike = (one: string, other: string): boolean =>
  one === other || (TEXTS.includes(one) && TEXTS.includes(other))
