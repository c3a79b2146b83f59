/** The releases whose commands are told apart; others are built from one of these. */
export const SYNTAXES = ['rhel8', 'rhel9', 'rhel10', 'fedora42', 'fedora43', 'fedora44'] as const
export type Syntax = (typeof SYNTAXES)[number]

/**
 * A command: the releases where it is deprecated, refused, or not known; its options, of which `=` take a value, `!` have to
 * be there and `@` exist in some releases only; and whether words may stand beside them.
 */
type Row = { deprecated?: string; removed?: string; absent?: string; options?: string; words?: true }

/** The commands of Anaconda's kickstart (pykickstart's documentation, per release). */
const COMMANDS: Readonly<Record<string, Row>> = {
  auth: { removed: 'rhel10 fedora42 fedora43 fedora44', words: true },
  authconfig: { removed: 'rhel10 fedora42 fedora43 fedora44', words: true },
  authselect: { words: true },
  autopart: {
    options:
      'encrypted passphrase= escrowcert= backuppassphrase nolvm type= cipher= fstype= nohome noboot noswap luks-version= pbkdf= pbkdf-memory= pbkdf-time= pbkdf-iterations= hibernation@rhel10,fedora42,fedora43,fedora44 hw-passphrase=@fedora42,fedora43,fedora44',
  },
  autostep: { deprecated: 'rhel9', removed: 'rhel10 fedora42 fedora43 fedora44', options: 'autoscreenshot' },
  bootc: { absent: 'rhel8 rhel9 fedora42', options: 'stateroot= source-imgref=! target-imgref=' },
  bootloader: {
    options:
      'append= location= password= driveorder= timeout= default= iscrypted md5pass= boot-drive= leavebootorder extlinux disabled nombr upgrade@rhel8 sdboot@rhel10,fedora42,fedora43,fedora44',
  },
  btrfs: {
    deprecated: 'rhel8 rhel9',
    removed: 'rhel10',
    options: 'noformat useexisting label= data= metadata= subvol parent= name= mkfsoptions=',
  },
  cdrom: {},
  clearpart: { options: 'all initlabel linux none disklabel= drives= list= cdl' },
  cmdline: { options: 'non-interactive' },
  device: { deprecated: 'rhel8', removed: 'rhel9 rhel10 fedora42 fedora43 fedora44', options: 'opts=' },
  deviceprobe: { deprecated: 'rhel8', removed: 'rhel9 rhel10 fedora42 fedora43 fedora44' },
  dmraid: { deprecated: 'rhel8', removed: 'rhel9 rhel10 fedora42 fedora43 fedora44', options: 'name=! dev=!' },
  driverdisk: { options: 'source= biospart=', words: true },
  eula: { options: 'agreed agree accepted accept' },
  fcoe: { options: 'nic=! dcb autovlan' },
  firewall: {
    options:
      'disable disabled enable enabled port= trust= service= ftp http smtp ssh remove-service= use-system-defaults',
  },
  firstboot: { options: 'disable disabled enable enabled reconfig' },
  graphical: { options: 'non-interactive' },
  group: { options: 'name=! gid=' },
  halt: { options: 'eject kexec' },
  harddrive: { options: 'biospart=@rhel8 partition= dir=!' },
  hmc: {},
  ignoredisk: { options: 'drives= only-use= interactive@rhel8' },
  install: { deprecated: 'rhel8', removed: 'rhel9 rhel10 fedora42 fedora43 fedora44', options: 'root-device=' },
  iscsi: { options: 'target= ipaddr=! port= user= password= reverse-user= reverse-password= iface=' },
  iscsiname: { words: true },
  keyboard: { options: 'vckeymap= xlayouts= switch=', words: true },
  lang: { options: 'addsupport=', words: true },
  liveimg: { options: 'url=! proxy= noverifyssl checksum=' },
  logging: { options: 'host= port= level=@rhel8,rhel9' },
  logvol: {
    options:
      'fstype= grow maxsize= name=! noformat percent= recommended size= useexisting vgname=! fsoptions= fsprofile= encrypted passphrase= escrowcert= backuppassphrase label= resize hibernation cipher= thinpool thin poolname= chunksize= metadatasize= profile= cachesize= cachemode= cachepvs= mkfsoptions= luks-version= pbkdf= pbkdf-memory= pbkdf-time= pbkdf-iterations=',
    words: true,
  },
  mediacheck: {},
  method: {
    deprecated: 'rhel9',
    removed: 'rhel10 fedora42 fedora43 fedora44',
    options: 'proxy= noverifyssl mirrorlist= url= metalink= sslcacert= sslclientcert= sslclientkey=',
  },
  module: { deprecated: 'rhel10 fedora42 fedora43 fedora44', options: 'name=! stream= disable' },
  mount: { options: 'reformat= mkfsoptions= mountoptions=', words: true },
  multipath: {
    deprecated: 'rhel8',
    removed: 'rhel9 rhel10 fedora42 fedora43 fedora44',
    options: 'name=! device=! rule=!',
  },
  network: {
    options:
      'bootproto= dhcpclass= device= essid= ethtool= gateway= hostname= ip= mtu= nameserver= netmask= nodns onboot= wepkey= notksdevice noipv4 noipv6 ipv6= activate nodefroute wpakey= bondslaves= bondopts= vlanid= ipv6gateway= teamslaves= teamconfig= interfacename= bridgeslaves= bridgeopts= no-activate bindto= ipv4-dns-search=@rhel9,rhel10,fedora42,fedora43,fedora44 ipv6-dns-search=@rhel9,rhel10,fedora42,fedora43,fedora44 ipv4-ignore-auto-dns@rhel9,rhel10,fedora42,fedora43,fedora44 ipv6-ignore-auto-dns@rhel9,rhel10,fedora42,fedora43,fedora44',
  },
  nfs: { options: 'server=! dir=! opts=' },
  nvdimm: {
    deprecated: 'fedora42 fedora43 fedora44',
    removed: 'rhel10',
    options: 'namespace= blockdevs= mode= sectorsize=',
    words: true,
  },
  ostreecontainer: { absent: 'rhel8', options: 'stateroot= url=! transport= remote= no-signature-verification' },
  ostreesetup: { options: 'osname=! remote= url=! ref=! nogpg' },
  part: {
    options:
      'asprimary fstype= type= grow maxsize= noformat onbiosdisk= ondisk= ondrive= onpart= usepart= recommended size= fsoptions= label= fsprofile= encrypted passphrase= escrowcert= backuppassphrase resize hibernation cipher= mkfsoptions= active@rhel8 luks-version= pbkdf= pbkdf-memory= pbkdf-time= pbkdf-iterations= hw-passphrase=@fedora42,fedora43,fedora44',
    words: true,
  },
  partition: {
    options:
      'asprimary fstype= type= grow maxsize= noformat onbiosdisk= ondisk= ondrive= onpart= usepart= recommended size= fsoptions= label= fsprofile= encrypted passphrase= escrowcert= backuppassphrase resize hibernation cipher= mkfsoptions= active@rhel8 luks-version= pbkdf= pbkdf-memory= pbkdf-time= pbkdf-iterations= hw-passphrase=@fedora42,fedora43,fedora44',
    words: true,
  },
  poweroff: { options: 'eject kexec' },
  raid: {
    options:
      'device=! fstype= level= noformat spares= useexisting fsoptions= fsprofile= encrypted passphrase= escrowcert= backuppassphrase label= cipher= mkfsoptions= chunksize= luks-version= pbkdf= pbkdf-memory= pbkdf-time= pbkdf-iterations=',
    words: true,
  },
  rdp: { absent: 'rhel8 rhel9 fedora42', options: 'username= password=' },
  realm: { words: true },
  reboot: { options: 'eject kexec' },
  repo: {
    options:
      'name=! baseurl= mirrorlist= cost= excludepkgs= includepkgs= ignoregroups=@rhel8,rhel9 proxy= noverifyssl install metalink= sslcacert= sslclientcert= sslclientkey=',
  },
  reqpart: { options: 'add-boot' },
  rescue: { options: 'nomount romount' },
  rhsm: {
    absent: 'fedora42 fedora43 fedora44',
    options:
      'organization=! activation-key=! connect-to-insights proxy= server-hostname= rhsm-baseurl= flatpak-registry-url=@rhel10',
  },
  rootpw: { options: 'iscrypted lock plaintext allow-ssh@rhel9,rhel10,fedora42,fedora43,fedora44', words: true },
  selinux: { options: 'disabled enforcing permissive' },
  services: { options: 'disabled= enabled=' },
  shutdown: { options: 'eject kexec' },
  skipx: {},
  snapshot: { options: 'name=! when=!', words: true },
  sshkey: { options: 'username=!', words: true },
  sshpw: { options: 'username=! iscrypted plaintext lock sshkey', words: true },
  syspurpose: { absent: 'fedora42 fedora43 fedora44', options: 'role= sla= usage= addon=' },
  text: { options: 'non-interactive' },
  timesource: { absent: 'rhel8', options: 'ntp-server= ntp-pool= ntp-disable nts' },
  timezone: {
    options:
      'utc isUtc@rhel8,rhel9,fedora42,fedora43,fedora44 nontp@rhel8,rhel9,fedora42,fedora43,fedora44 ntpservers=@rhel8,rhel9,fedora42,fedora43,fedora44',
    words: true,
  },
  updates: { words: true },
  url: { options: 'proxy= noverifyssl mirrorlist= url= metalink= sslcacert= sslclientcert= sslclientkey=' },
  user: { options: 'homedir= iscrypted name=! password= shell= uid= lock plaintext gecos= gid= groups=' },
  vnc: { deprecated: 'rhel10 fedora43 fedora44', options: 'password= host= port=' },
  volgroup: { options: 'noformat useexisting reserved-space= reserved-percent= pesize=', words: true },
  xconfig: { options: 'defaultdesktop= startxonboot' },
  zerombr: {},
  zfcp: { options: 'devnum=! fcplun=! wwpn=!' },
  zipl: { options: 'secure-boot force-secure-boot no-secure-boot' },
}

export type CommandOption = { takesValue: boolean; isNeeded: boolean }
/** What a release knows of a command: how it stands, its options by their names without dashes, whether it takes words. */
export type Command = {
  standing: 'ok' | 'deprecated' | 'removed'
  options: ReadonlyMap<string, CommandOption>
  takesWords: boolean
}

const has = (list: string | undefined, syntax: Syntax): boolean => list?.split(' ').includes(syntax) ?? false

/** The commands that a release knows, and those that it knows to refuse. */
export function commandsOf(syntax: Syntax): ReadonlyMap<string, Command> {
  const known = Object.entries(COMMANDS).filter(([, { absent }]) => !has(absent, syntax))
  return new Map(
    known.map(([name, { deprecated, removed, options, words }]) => {
      const standing = has(removed, syntax) ? 'removed' : has(deprecated, syntax) ? 'deprecated' : 'ok'
      return [name, { standing, options: optionsOf(options ?? '', syntax), takesWords: words ?? false }]
    }),
  )
}

const OPTION = /^([^=!@]+)(=?)(!?)(?:@(.+))?$/

const optionsOf = (options: string, syntax: Syntax): Map<string, CommandOption> =>
  new Map(
    options.split(' ').flatMap((option) => {
      const [, name, value, needed, only] = OPTION.exec(option) ?? []
      if (name === undefined || (only !== undefined && !only.split(',').includes(syntax))) return []
      return [[name, { takesValue: value === '=', isNeeded: needed === '!' }]]
    }),
  )
