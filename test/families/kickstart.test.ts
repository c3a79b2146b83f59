import { readKickstart } from '../../src/families/formats/kickstart-file.ts'
import { kickstart } from '../../src/families/kickstart.ts'
import { conforms } from './conformance.ts'

const file = 'ks.cfg'

conforms({
  family: kickstart,
  read: (name, text) => {
    const { commands, sections, findings } = readKickstart(name, text)
    return {
      commands: commands.map(({ name: command, words }) => [command, ...words.map((word) => word.text)]),
      sections: sections.map(({ name: section, words, body }) => [section, words.length, body]),
      findings,
    }
  },
  broken: {
    'an unknown command': {
      file,
      from: /^skipx$/m,
      to: 'skipxx',
      says: /expected a command that rhel10 knows, got skipxx/,
    },
    'a command that the release refuses': { file, from: /^skipx$/m, to: 'autostep', says: /rhel10 refuses autostep/ },
    'an unknown option': {
      file,
      from: '--initlabel',
      to: '--initlabels',
      says: /expected an option of clearpart, got --initlabels/,
    },
    'an option without its value': { file, from: /^zerombr$/m, to: 'url --url', says: /expected a value of --url/ },
    'a value of an option that takes none': {
      file,
      from: '--utc',
      to: '--utc=yes',
      says: /expected no value of --utc, got yes/,
    },
    'a quote that is not closed': { file, from: /^text$/m, to: `lang 'de`, says: /expected ' to be closed/ },
    'a section without its end': { file, from: /%end\n\n%pre/, to: '\n%pre', says: /expected %end of %packages/ },
    'an end without a section': { file, from: /^skipx$/m, to: '%end', says: /expected a section before %end/ },
    'a script that no shell reads': { file, from: 'set -e', to: 'if true', says: /expected a script that sh can read/ },
    'a member that nobody makes': { file, from: /raid\.data-b$/m, to: 'raid.gone', says: /got raid\.gone/ },
    'a volume of a group that nobody makes': { file, from: '--vgname=vg0', to: '--vgname=vg1', says: /got vg1/ },
    'a mount point twice': { file, from: /^logvol \/var /m, to: 'logvol / ', says: /a mount point of its own/ },
    'a size that is no number': { file, from: '--size=8192', to: '--size=8G', says: /a number of --size, got 8G/ },
    'a needed option missing': { file, from: '--name=swap ', to: '', says: /expected --name of logvol/ },
    'no password at all': { file, from: /^(rootpw|user) .*\n/gm, to: '', says: /rootpw or user/ },
  },
})
