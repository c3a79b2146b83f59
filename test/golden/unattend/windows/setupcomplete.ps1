# Runs once as LocalSystem, when Windows is installed and before anybody logs in
$ErrorActionPreference = 'Stop'

function Send-Slipway([string] $Url, [string] $Text = '') {
  foreach ($attempt in 1..60) {
    try {
      Invoke-WebRequest -UseBasicParsing -Method Post -Uri $Url -Body $Text -TimeoutSec 20 | Out-Null
      return
    } catch { Start-Sleep -Seconds 5 }
  }
}

try {
  Set-Service -Name w32time -StartupType Automatic
  Start-Service -Name w32time
  w32tm.exe /config /syncfromflags:manual /update (-join ('/manualpeerlist:', '192.0.2.123 192.0.2.124')) | Out-Null
  Get-LocalUser | Where-Object { $_.SID -like 'S-1-5-21-*-500' } | Enable-LocalUser
  if (-not (Get-Service -Name sshd -ErrorAction SilentlyContinue)) {
    Add-WindowsCapability -Online -Name 'OpenSSH.Server~~~~0.0.1.0' | Out-Null
  }
  $keys = Join-Path $env:ProgramData 'ssh\administrators_authorized_keys'
  New-Item -ItemType Directory -Force -Path (Split-Path $keys) | Out-Null
  [IO.File]::WriteAllLines($keys, [string[]] @(
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DPM5DHa9wJjBzqaSYHpjCpcWeApIjgk ada@example.org'
  ))
  icacls.exe $keys /inheritance:r /grant '*S-1-5-32-544:F' /grant '*S-1-5-18:F' | Out-Null
  Set-Service -Name sshd -StartupType Automatic
  Start-Service -Name sshd
  Send-Slipway 'http://192.0.2.2:8081/boot/callback/abc/installed'
} catch {
  Send-Slipway 'http://192.0.2.2:8081/boot/callback/abc/failed' $_.ToString()
}
