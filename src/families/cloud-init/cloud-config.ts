import * as z from 'zod'

const flag = z.union([z.boolean(), z.enum(['true', 'false', 'yes', 'no', 'on', 'off', '0', '1'])])
const strings = z.array(z.string())
const listed = z.union([z.string(), strings])
const anything = z.looseObject({}).nullable()
const text = z.union([z.string(), z.number()])
/** A command as a line of the shell, or as the words of a program. */
const words = z.array(z.union([text, z.boolean()])).min(1)
const commands = z.array(z.union([z.string(), words, z.null()], 'expected a line of shell or a list of words'))

const User = z
  .strictObject({
    name: z.string().min(1).optional(),
    ...{ doas: strings.optional(), expiredate: z.string().optional(), gecos: z.string().optional() },
    groups: z.union([listed, z.record(z.string(), z.null())]).optional(),
    ...{ homedir: z.string().optional(), inactive: text.optional() },
    ...{ lock_passwd: flag.optional(), 'lock-passwd': flag.optional(), no_create_home: flag.optional() },
    ...{ no_log_init: flag.optional(), no_user_group: flag.optional(), passwd: z.string().optional() },
    ...{
      hashed_passwd: z.string().optional(),
      plain_text_passwd: z.string().optional(),
      create_groups: flag.optional(),
    },
    ...{
      primary_group: z.string().optional(),
      'primary-group': z.string().optional(),
      selinux_user: z.string().optional(),
    },
    ...{ 'selinux-user': z.string().optional(), shell: z.string().optional(), snapuser: z.string().optional() },
    ssh_authorized_keys: listed.optional(),
    'ssh-authorized-keys': listed.optional(),
    ...{ ssh_import_id: strings.optional(), 'ssh-import-id': listed.optional(), ssh_redirect_user: flag.optional() },
    ...{ system: flag.optional(), sudo: z.union([listed, z.boolean(), z.null()]).optional(), uid: text.optional() },
  })
  .refine(({ name, snapuser }) => name !== undefined || snapuser !== undefined, 'expected name, got none')
const WriteFile = z.strictObject({
  ...{
    path: z.string().startsWith('/', 'expected an absolute path'),
    content: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
  },
  source: z.looseObject({ uri: z.string() }).optional(),
  owner: z.string().optional(),
  permissions: z
    .string()
    .regex(/^(0o)?[0-7]{3,4}$/, 'expected permissions in quotes, like "0644"')
    .optional(),
  encoding: z
    .enum(['gz', 'gzip', 'gz+base64', 'gzip+base64', 'gz+b64', 'gzip+b64', 'b64', 'base64', 'text/plain'])
    .optional(),
  ...{ append: z.boolean().optional(), defer: z.boolean().optional() },
})
const Password = z.strictObject({
  ...{ name: z.string(), password: z.string().optional(), type: z.enum(['hash', 'text', 'RANDOM']).optional() },
})

/** Modules whose words are not looked into. */
const OTHERS =
  `ansible apk_repos apt apt_pipelining byobu_by_default ca_certs ca-certs chef datasource debug device_aliases
  disable_ec2_metadata fan fs_setup disk_setup growpart grub_dpkg grub-dpkg landscape lxd mcollective migrate output
  puppet random_seed resolv_conf rh_subscription rsyslog salt_minion snap spacewalk ubuntu_advantage ubuntu_pro updates
  vendor_data wireguard yum_repos zypper system_info drivers merge_how merge_type launch-index reporting autoinstall
  network_interfaces rpi interactive ubuntu_autoinstall manage_resolv_conf bootcmd_shell cloud_init_modules
  cloud_config_modules cloud_final_modules cloud_init_modules syslog_fix_perms yum_repo_dir raspberry_pi apt_sources
  apt_mirror apt_preserve_sources_list apt_get_command output_filters log_cfgs keyboard power_state_change
  mount_default_fields resize_rootfs ssh_keys ssh_fp_console_blacklist ssh_key_console_blacklist no_ssh_fingerprints
  authkey_hash ssh_publish_hostkeys allow_public_ssh_keys disable_root_opts ssh_quiet_keygen locale_configfile
  unverified_modules debconf_selections manual_cache_clean def_log_file sources_list byobu`.split(/\s+/)

/** Keys of a cloud-config that we know (cloud-init's module reference); the file is one that begins with `#cloud-config`. */
export const CloudConfig = z.strictObject({
  ...Object.fromEntries(OTHERS.map((name) => [name, z.unknown().optional()])),
  ...{ hostname: z.string().optional(), fqdn: z.string().optional(), preserve_hostname: flag.optional() },
  ...{ create_hostname_file: flag.optional(), prefer_fqdn_over_hostname: flag.optional() },
  manage_etc_hosts: z.union([flag, z.enum(['template', 'localhost'])]).optional(),
  ...{ locale: z.union([z.string(), z.boolean()]).optional(), timezone: z.string().optional() },
  user: z.union([z.string(), anything]).optional(),
  users: z
    .union([z.array(z.union([z.string(), User, strings])), z.string(), z.record(z.string(), z.unknown())])
    .optional(),
  groups: z.union([z.string(), z.array(z.union([z.string(), z.record(z.string(), listed)])), anything]).optional(),
  ...{ password: z.string().optional(), ssh_pwauth: z.union([flag, z.enum(['unchanged'])]).optional() },
  chpasswd: z
    .strictObject({
      ...{ expire: flag.optional(), list: listed.optional(), users: z.array(Password).optional() },
    })
    .optional(),
  ...{ disable_root: flag.optional(), ssh_authorized_keys: strings.optional(), ssh_deletekeys: flag.optional() },
  ...{ ssh_genkeytypes: strings.optional(), ssh_import_id: strings.optional(), ssh: anything.optional() },
  packages: z.array(z.union([z.string(), strings, z.looseObject({})])).optional(),
  ...{ package_update: flag.optional(), package_upgrade: flag.optional(), package_reboot_if_required: flag.optional() },
  ...{ apt_update: flag.optional(), apt_upgrade: flag.optional(), apt_reboot_if_required: flag.optional() },
  ...{ apt_proxy: z.string().optional(), write_files: z.array(WriteFile).optional() },
  ...{
    bootcmd: commands.optional(),
    runcmd: commands.optional(),
    mounts: z.array(z.array(z.union([text, z.null()]))).optional(),
  },
  swap: z.strictObject({ filename: z.string().optional(), size: text.optional(), maxsize: text.optional() }).optional(),
  ntp: z
    .strictObject({
      ...{ enabled: flag.optional(), servers: strings.optional(), pools: strings.optional() },
      ...{
        peers: strings.optional(),
        allow: strings.optional(),
        ntp_client: z.string().optional(),
        config: anything.optional(),
      },
    })
    .nullable()
    .optional(),
  phone_home: z
    .strictObject({ url: z.string(), post: z.union([z.literal('all'), strings]).optional(), tries: z.int().optional() })
    .optional(),
  final_message: z.string().optional(),
  power_state: z
    .strictObject({
      ...{ mode: z.enum(['poweroff', 'reboot', 'halt']), delay: text.optional(), message: z.string().optional() },
      ...{ timeout: z.int().optional(), condition: z.unknown().optional() },
    })
    .optional(),
})
