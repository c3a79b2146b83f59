/** What a version of the library is made of. */
export const CONTENT_KINDS = {
  disk: 'a disk, cut into chunks: what machines are imaged with',
  installer: 'the files of an installation medium: kernel, initrd, packages',
  wim: 'a Windows image file and its images',
  kernel: 'a kernel and an initrd',
  files: 'plain files: drivers, packages',
} as const satisfies Record<string, string>

export type ContentKind = keyof typeof CONTENT_KINDS
export type FilesKind = Exclude<ContentKind, 'disk'>
