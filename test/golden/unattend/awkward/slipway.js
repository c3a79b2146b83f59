// Run by cscript in Windows PE: finds the disks of the layout, and starts Windows' own setup with the answers for them
var shell = WScript.CreateObject('WScript.Shell');
var files = WScript.CreateObject('Scripting.FileSystemObject');
var folder = shell.ExpandEnvironmentStrings('%SystemRoot%\\System32\\');
var begun = new Date();
var orders = load('slipway.xml');

function load(name) {
  var document = new ActiveXObject('MSXML2.DOMDocument.6.0');
  document.async = false;
  document.preserveWhiteSpace = true;
  if (!document.load(folder + name)) throw new Error(name + ': ' + document.parseError.reason);
  return document;
}

function call(url, text) {
  for (var attempt = 0; attempt < 10; attempt += 1) {
    try {
      var request = new ActiveXObject('MSXML2.ServerXMLHTTP.6.0');
      request.open('POST', url, false);
      request.setRequestHeader('Content-Type', 'text/plain; charset=utf-8');
      request.send(text);
      return;
    } catch (problem) {
      WScript.Sleep(3000);
    }
  }
}

function plain(text) {
  return String(text === null ? '' : text).toLowerCase().replace(/^(eui|naa)\.|^0x/, '').replace(/[^a-z0-9]/g, '');
}

// Windows counts whole cylinders only, so that a disk is a little smaller than it is
function fits(disk, wanted) {
  return Math.abs(Number(disk.Size) - Number(wanted.getAttribute('bytes'))) < 16 * 1024 * 1024;
}

// By its name; where it shows none that is known, by its size, if no other disk has it. NVMe disks show their EUI-64
function numberOf(wanted) {
  var name = plain(wanted.getAttribute('serial'));
  var wwn = plain(wanted.getAttribute('wwn'));
  var known = [];
  var fitting = [];
  var seen = [];
  var drives = GetObject('winmgmts:root\\cimv2').ExecQuery('SELECT * FROM Win32_DiskDrive');
  for (var each = new Enumerator(drives); !each.atEnd(); each.moveNext()) {
    var disk = each.item();
    var serial = plain(disk.SerialNumber);
    var isName = serial !== '' && (serial === name || serial === wwn);
    var other = /^([0-9a-f]{4}_)+[0-9a-f]{4}\.?$/i.test(disk.SerialNumber) ? wwn : name;
    seen.push(disk.Index + ' (' + disk.SerialNumber + ', ' + disk.Size + ' bytes)');
    if (isName) known.push(disk.Index);
    if (fits(disk, wanted)) fitting.push(serial === '' || other === '' ? disk.Index : null);
  }
  if (known.length === 1) return known[0];
  if (known.length === 0 && fitting.length === 1 && fitting[0] !== null) return fitting[0];
  throw new Error('expected one disk like ' + wanted.xml + ', got ' + seen.join(', '));
}

function writeAnswers(numbers) {
  var answers = load('autounattend.xml');
  answers.setProperty('SelectionNamespaces', "xmlns:u='urn:schemas-microsoft-com:unattend'");
  var places = answers.selectNodes('//u:DiskID');
  for (var at = 0; at < places.length; at += 1) places.item(at).text = String(numbers[Number(places.item(at).text)]);
  answers.save('X:\\answers.xml');
}

// On the share; without one, on the medium that is in the machine
function findSetup() {
  var share = orders.selectSingleNode('/slipway/share');
  if (share !== null) {
    var network = new ActiveXObject('WScript.Network');
    var user = share.getAttribute('user');
    network.MapNetworkDrive('Z:', share.getAttribute('path'), false, user, share.getAttribute('password'));
    return 'Z:\\sources\\setup.exe';
  }
  for (var each = new Enumerator(files.Drives); !each.atEnd(); each.moveNext()) {
    var root = each.item().DriveLetter + ':\\sources\\';
    if (files.FileExists(root + 'install.wim') || files.FileExists(root + 'install.esd')) return root + 'setup.exe';
  }
  throw new Error('expected a share or a medium with sources\\install.wim, got neither');
}

function findNewWindows() {
  for (var each = new Enumerator(files.Drives); !each.atEnd(); each.moveNext()) {
    var root = each.item().DriveLetter + ':\\Windows\\';
    var answers = root + 'Panther\\unattend.xml';
    if (root.charAt(0) !== 'X' && files.FileExists(answers) && new Date(files.GetFile(answers).DateLastModified) >= begun)
      return root;
  }
  return null;
}

function makeFolder(path) {
  if (!files.FolderExists(path)) files.CreateFolder(path);
}

try {
  call(orders.documentElement.getAttribute('started'), '');
  var numbers = [];
  var disks = orders.selectNodes('/slipway/disk');
  for (var at = 0; at < disks.length; at += 1) numbers.push(numberOf(disks.item(at)));
  writeAnswers(numbers);
  var status = shell.Run('"' + findSetup() + '" /unattend:X:\\answers.xml /noreboot', 1, true);
  var windows = findNewWindows();
  if (windows === null) throw new Error('expected setup to install Windows, got status ' + status + ' and none; see X:\\Windows\\Panther\\setuperr.log');
  makeFolder(windows + 'Setup');
  makeFolder(windows + 'Setup\\Scripts');
  files.CopyFile(folder + 'setupcomplete.cmd', windows + 'Setup\\Scripts\\SetupComplete.cmd', true);
  files.CopyFile(folder + 'setupcomplete.ps1', windows + 'Setup\\Scripts\\setupcomplete.ps1', true);
  shell.Run('wpeutil.exe reboot', 0, true);
} catch (problem) {
  WScript.Echo('Slipway: ' + problem.message);
  call(orders.documentElement.getAttribute('failed'), problem.message);
  WScript.Quit(1);
}
