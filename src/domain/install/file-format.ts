/**
 * What a rendered file, or a part of one, is written in. Each has its own way of writing a value so that it stays one
 * value: the table of `src/templates/quoting.ts`.
 */
export type FileFormat =
  | 'ipxe'
  | 'grub'
  | 'sh'
  | 'yaml'
  | 'json'
  | 'xml'
  | 'kickstart'
  | 'preseed'
  | 'cmd'
  | 'powershell'
  | 'stanza'
  | 'words'
  | 'ignite'
  | 'line'
  | 'text'
