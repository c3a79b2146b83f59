/**
 * What an element holds: text, a boolean, an integer, a symbol, one of some words, a map of elements, a list of items, or
 * what this table does not know. The marks of the table: `!` boolean, `#` integer, `%` symbol, `>TYPE` map, `*ITEM:TYPE`
 * list (`*ITEM` of texts; `|` between names of items that mean the same), `?` anything, `=a,b` words.
 */
export type Kind =
  | { is: 'text' | 'boolean' | 'integer' | 'symbol' | 'any' }
  | { is: 'word'; words: readonly string[] }
  | { is: 'map'; type: string }
  | { is: 'list'; items: readonly string[]; type: string | undefined }

/** The maps of a control file and what they hold (AutoYaST Guide; the schemas of the YaST modules). */
const MAPS: Readonly<Record<string, string>> = {
  profile: `general>general report>report partitioning*drive:drive partitioning_advanced? bootloader>bootloader software>software
    users*user:user groups*group:group user_defaults>userDefaults login_settings? networking>networking proxy>proxy host?
    timezone>timezone language>language keyboard>keyboard ntp-client>ntp services-manager>services firewall? scripts>scripts
    add-on>addOn suse_register>register files*file:file security? ssh_import? kdump? deploy_image? dhcp-server? dns-server?
    http-server? ftp-server? tftp-server? nfs? nfs_server? nis? nis_server? samba-client? auth-client? auth-server? ldap?
    iscsi-client? fcoe-client? audit-laf? printer? sound? sysconfig? mail? inetd? ca_mgm? classes? configuration_management?
    dasd? zfcp? upgrade? cobbler? remote? virtualization? backup? restore? online_update_configuration? rules?`,
  general: `mode>mode signature-handling>signatures ask-list? semi-automatic? minimal-configuration! self_update!
    self_update_url proposals*proposal storage? wait? cio_ignore?`,
  mode: `activate_systemd_default_target! confirm! confirm_base_product_license! final_halt! final_reboot!
    final_restart_services! forceboot! halt! max_systemd_wait# ntp_sync_time_before_installation second_stage!`,
  signatures: `accept_unsigned_file! accept_file_without_checksum! accept_verification_failed! accept_unknown_gpg_key!
    accept_non_trusted_gpg_key! import_gpg_key!`,
  report: 'errors>shown messages>shown warnings>shown yesno_messages>shown',
  shown: 'log! show! timeout#',
  drive: `device initialize! is_lvm_vg! lvm2! keep_unknown_lv! pesize type% use imsmdriver% disklabel=gpt,msdos,none
    enable_snapshots! skip_list? partitions*partition:partition raid_options>raid bcache_options? btrfs_options?`,
  partition: `create! crypt crypt_fs! crypt_method% crypt_key crypt_pbkdf% crypt_label crypt_cipher crypt_key_size#
    crypt_pervasive_apqns? crypt_pervasive_key_type filesystem% format! fs_options? fstopt label uuid loop_fs! lv_name lvm_group
    mkfs_options mount mountby% filesystem_id# partition_id# partition_nr# partition_type=primary resize! raid_type region?
    size stripes# stripesize# pool! used_pool subvolumes_prefix device_order*device raid_name raid_options>raid subvolumes?
    create_subvolumes! bcache_backing_for bcache_caching_for? btrfs_name quotas!`,
  raid: 'persistent_superblock! chunk_size parity_algorithm raid_type device_order*device raid_name',
  bootloader:
    'activate! global>bootGlobal initrd_modules? loader_device loader_type location repl_mbr! device_map? sections?',
  bootGlobal: `append append_failsafe cryptodisk# distributor gfxbackground gfxmode gfxtheme failsafe_disabled=true,false
    hiddenmenu=true,false os_prober=true,false secure_boot=true,false update_nvram=true,false xen_append xen_kernel_append
    boot_custom generic_mbr trusted_grub trusted_boot=true,false serial terminal lines_cache_id timeout# gfxmenu default
    activate=true,false boot_root=true,false boot_boot=true,false boot_extended=true,false boot_mbr=true,false stage1_dev
    cpu_mitigations=nosmt,auto,off,manual vgamode suse_btrfs=true,false`,
  software: `kernel packages*package|listentry post-packages*package|listentry post-patterns*pattern|listentry
    remove-packages*package|listentry patterns*pattern|listentry remove-patterns*pattern|listentry products*product|listentry
    remove-products*product|listentry do_online_update! install_recommended! instsource`,
  user: `encrypted! fullname surname forename gid home home_btrfs_subvolume! shell uid user_password username group groups
    password_settings? authorized_keys*authorized_key|listentry`,
  group: 'encrypted! group_password groupname userlist gid',
  userDefaults: 'expire group groups home inactive no_groups! shell skel umask',
  networking: `setup_before_proposal! start_immediately! keep_install_network! virt_bridge_proposal! backend ipv6! managed!
    strict_IP_check_timeout# interfaces*interface|listentry:interface modules? dhcp_options? routing>routing dns>dns
    s390-devices? net-udev*rule|listentry:udev`,
  interface: `device name description lladdr bootproto startmode ifplugd_priority usercontrol dhclient_set_hostname ipaddr
    prefixlen remote_ipaddr netmask bonding_master bonding_slave0 bonding_slave1 bonding_slave2 bonding_slave3 bonding_slave4
    bonding_slave5 bonding_slave6 bonding_slave7 bonding_slave8 bonding_slave9 bonding_module_opts aliases? broadcast network
    mtu ethtool_options wireless wireless_mode wireless_essid wireless_auth_mode wireless_wpa_psk bridge=yes,no bridge_ports
    bridge_stp=on,off bridge_forward_delay bridge_forwarddelay etherdevice vlan_id dhclient_set_down_link
    dhclient_set_default_route=yes,no zone firewall=yes,no`,
  udev: 'rule value name',
  routing: 'ip_forward! ipv4_forward! ipv6_forward! routes*route|listentry:route',
  route: 'destination netmask device gateway extrapara',
  dns: `dhcp_hostname! write_hostname! resolv_conf_policy hostname domain nameservers*nameserver|listentry
    searchlist*search|listentry`,
  proxy: 'enabled! ftp_proxy http_proxy https_proxy no_proxy proxy_password proxy_user',
  timezone: 'hwclock=localtime,UTC timezone',
  language: 'language languages',
  keyboard: 'keymap keyboard_values?',
  ntp: 'ntp_policy ntp_servers*ntp_server:ntpServer ntp_sync configure_dhcp! peers? restricts? start_at_boot! start_in_chroot!',
  ntpServer: 'address iburst! offline!',
  services: 'default_target services?',
  scripts: `chroot-scripts*script:script post-scripts*script:script pre-scripts*script:script init-scripts*script:script
    postpartitioning-scripts*script:script`,
  script: `chrooted! filename interpreter location source debug! feedback! feedback_type param-list*param rerun! notification
    network_needed!`,
  addOn: 'add_on_products*listentry:addOnProduct add_on_others*listentry:addOnProduct',
  addOnProduct:
    'media_url product product_dir name alias priority# ask_on_error! confirm_license! signature-handling>signatures',
  register: `do_registration! email reg_code install_updates! slp_discovery! reg_server reg_server_cert
    reg_server_cert_fingerprint reg_server_cert_fingerprint_type addons*addon:registerAddon submit_hwdata! submit_optional!`,
  registerAddon: 'name version arch reg_code release_type?',
  file: 'file_contents file_location file_path file_permissions file_owner file_script?',
}

const ELEMENT = /^([A-Za-z0-9_-]+)([!#%>*?=]?)(.*)$/

const PLAIN: Readonly<Record<string, Kind>> = {
  '': { is: 'text' },
  '!': { is: 'boolean' },
  '#': { is: 'integer' },
  '%': { is: 'symbol' },
  '?': { is: 'any' },
}

function readKind(mark: string, rest: string): Kind {
  if (mark === '>') return { is: 'map', type: rest }
  if (mark === '=') return { is: 'word', words: rest.split(',') }
  if (mark !== '*') return PLAIN[mark]!
  const [items = '', type] = rest.split(':')
  return { is: 'list', items: items.split('|'), type }
}

/** The elements of each map by their names. */
export const ELEMENTS: ReadonlyMap<string, ReadonlyMap<string, Kind>> = new Map(
  Object.entries(MAPS).map(([type, row]) => [
    type,
    new Map(
      row.split(/\s+/).map((element) => {
        const [, name = '', mark = '', rest = ''] = ELEMENT.exec(element)!
        return [name, readKind(mark, rest)]
      }),
    ),
  ]),
)
