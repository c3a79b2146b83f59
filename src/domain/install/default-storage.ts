import { StorageLayout } from '../storage/storage-layout.ts'

/** What a disk is made where a profile has no layout: one file system beside what the firmware needs. */
export const DEFAULT_STORAGE: StorageLayout = StorageLayout.parse({
  disks: [
    {
      name: 'install',
      partitions: [
        { name: 'bios', size: '1 MiB', use: { as: 'biosBoot' } },
        { name: 'esp', size: '512 MiB', use: { as: 'esp' } },
        { name: 'root', size: 'rest', use: { as: 'fileSystem', fileSystem: 'ext4', mount: '/' } },
      ],
    },
  ],
})
