/** Configuration passes of Windows Setup, in which settings take effect. */
export const PASSES: readonly string[] = [
  ...['windowsPE', 'offlineServicing', 'generalize', 'specialize', 'auditSystem', 'auditUser', 'oobeSystem'],
]

/** A component: the passes that it has settings in, and these (Unattended Windows Setup Reference). */
export type Component = { passes: readonly string[]; settings: readonly string[] }

const row = (passes: string, settings: string): Component => ({
  ...{ passes: passes.split(' '), settings: settings.split(/\s+/) },
})
const ANY = PASSES.slice(1).join(' ')

/** Those that answer files are made of; others are told as unknown to this judge, which is a warning. */
export const COMPONENTS: Readonly<Record<string, Component>> = {
  'Microsoft-Windows-International-Core-WinPE': row(
    'windowsPE',
    'InputLocale LayeredDriver SetupUILanguage SystemLocale UILanguage UILanguageFallback UserLocale',
  ),
  'Microsoft-Windows-International-Core': row(
    'specialize oobeSystem',
    'InputLocale SystemLocale UILanguage UILanguageFallback UserLocale',
  ),
  'Microsoft-Windows-Setup': row(
    'windowsPE',
    `ComplianceCheck Diagnostics DiskConfiguration Display DynamicUpdate EnableFirewall EnableNetwork ImageInstall LogPath
     PageFile Restart RunAsynchronous RunSynchronous Upgrade UpgradeData UseConfigurationSet UserData WindowsDeploymentServices`,
  ),
  'Microsoft-Windows-PnpCustomizationsWinPE': row('windowsPE', 'DriverPaths'),
  'Microsoft-Windows-PnpCustomizationsNonWinPE': row('offlineServicing auditSystem', 'DriverPaths'),
  'Microsoft-Windows-PnpSysprep': row('generalize', 'PersistAllDeviceInstalls DoNotCleanUpNonPresentDevices'),
  'Microsoft-Windows-LUA-Settings': row('offlineServicing', 'EnableLUA'),
  'Microsoft-Windows-Shell-Setup': row(
    ANY,
    `AutoLogon BluetoothTaskbarIconEnabled ClientApplications ComputerName ConvertibleSlateModePromptPreference CopyProfile
     DesktopOptimization DisableAutoDaylightTimeSet Display DoNotCleanTaskBar EnableStartMenu FirstLogonCommands FolderLocations
     LogonCommands MultiScreen NotificationArea OEMInformation OEMName OEMWelcomeCenter OfflineUserAccounts OOBE ProductKey
     RegisteredOrganization RegisteredOwner ShowPowerButtonOnStartScreen ShowWindowsLive SignInMode StartPanelOff StartTiles
     TaskbarLinks Themes TimeZone UserAccounts VisualEffects WindowsFeatures`,
  ),
  'Microsoft-Windows-Deployment': row(ANY, 'ExtendOSPartition Generalize Reseal RunAsynchronous RunSynchronous'),
  'Microsoft-Windows-TCPIP': row('windowsPE specialize', 'Interfaces IcmpRedirectsEnabled'),
  'Microsoft-Windows-DNS-Client': row(
    'windowsPE specialize',
    'DNSDomain DNSSuffixSearchOrder Interfaces UseDomainNameDevolution',
  ),
  'Microsoft-Windows-NetBT': row('windowsPE specialize', 'EnableLMHOSTS Interfaces'),
  'Microsoft-Windows-UnattendedJoin': row('specialize', 'Identification'),
  'Microsoft-Windows-TerminalServices-LocalSessionManager': row('generalize specialize', 'fDenyTSConnections'),
  'Microsoft-Windows-TerminalServices-RDP-WinStationExtensions': row(
    'generalize specialize',
    'SecurityLayer UserAuthentication',
  ),
  'Networking-MPSSVC-Svc': row(
    'specialize',
    `DisableStatefulFTP DisableStatefulPPTP DomainProfile_DisableNotifications DomainProfile_EnableFirewall
     DomainProfile_LogDroppedPackets DomainProfile_LogFile DomainProfile_LogFileSize DomainProfile_LogSuccessfulConnections
     FirewallGroups PrivateProfile_DisableNotifications PrivateProfile_EnableFirewall PublicProfile_DisableNotifications
     PublicProfile_EnableFirewall`,
  ),
  'Microsoft-Windows-Security-SPP': row('generalize', 'SkipRearm'),
  'Microsoft-Windows-Security-SPP-UX': row('specialize oobeSystem', 'SkipAutoActivation'),
  'Microsoft-Windows-SecureStartup-FilterDriver': row('specialize oobeSystem', 'PreventDeviceEncryption'),
  'Microsoft-Windows-ServerManager-SvrMgrNc': row('generalize specialize', 'DoNotOpenServerManagerAtLogon'),
  'Microsoft-Windows-OutOfBoxExperience': row('generalize specialize', 'DoNotOpenInitialConfigurationTasksAtLogon'),
  'Microsoft-Windows-IE-ESC': row('specialize', 'IEHardenAdmin IEHardenUser'),
  'Microsoft-Windows-SQMApi': row('specialize', 'CEIPEnabled'),
  'Microsoft-Windows-ErrorReportingCore': row('generalize specialize', 'DisableWER'),
}

/** Items of lists, of which each says that it is added, and those of them that are told apart by a key. */
export const LIST_ITEMS: ReadonlySet<string> = new Set([
  ...['Disk', 'CreatePartition', 'ModifyPartition', 'MetaData', 'PathAndCredentials', 'RunSynchronousCommand'],
  ...['RunAsynchronousCommand', 'SynchronousCommand', 'AsynchronousCommand', 'LocalAccount', 'Route'],
])
export const KEYED_ITEMS: ReadonlySet<string> = new Set(['PathAndCredentials', 'IpAddress', 'DomainName'])

/** Attributes that Windows finds a component by. */
export const IDENTITY: Readonly<Record<string, RegExp>> = {
  processorArchitecture: /^(x86|amd64|arm64|wow64)$/,
  publicKeyToken: /^31bf3856ad364e35$/,
  language: /^neutral$/,
  versionScope: /^(nonSxS|SxS)$/,
}

/** Settings, wherever they are, and the shape of what they hold. */
export const SHAPES: Readonly<Record<string, [RegExp, string]>> = {
  AcceptEula: [/^true$/, 'true, without which setup asks'],
  Active: [/^(true|false)$/, 'true or false'],
  ComputerName: [
    /^(\*|(?!\d+$)[^\s"/\\[\]:;|=,+*?<>.]{1,15})$/,
    '15 letters, digits and dashes at most, and no number',
  ],
  DhcpEnabled: [/^(true|false)$/, 'true or false'],
  DiskID: [/^\d+$/, 'a number'],
  Extend: [/^(true|false)$/, 'true or false'],
  Format: [/^(NTFS|FAT32|FAT|exFAT|ReFS)$/i, 'NTFS or FAT32'],
  HideEULAPage: [/^(true|false)$/, 'true or false'],
  Letter: [/^[C-Z]$/, 'a letter from C to Z'],
  Order: [/^[1-9]\d*$/, 'a number from 1'],
  PartitionID: [/^[1-9]\d*$/, 'a number from 1'],
  PlainText: [/^(true|false)$/, 'true or false'],
  ProtectYourPC: [/^[123]$/, '1, 2 or 3'],
  Size: [/^[1-9]\d*$/, 'a number of MiB'],
  SystemLocale: [/^[a-z]{2,3}(-[A-Za-z]{4})?-([A-Z]{2}|\d{3})$/, 'a language like en-US'],
  UILanguage: [/^[a-z]{2,3}(-[A-Za-z]{4})?-([A-Z]{2}|\d{3})$/, 'a language like en-US'],
  UserLocale: [/^([a-z]{2,3}(-[A-Za-z]{4})?-([A-Z]{2}|\d{3})|[0-9a-f]{4}:.*)$/, 'a language like en-US'],
  WillShowUI: [/^(Always|OnError|Never)$/i, 'Always, OnError or Never'],
  WillWipeDisk: [/^(true|false)$/, 'true or false'],
}
