import type * as z from 'zod'
import type { FileFormat } from '../domain/install/file-format.ts'
import type { Finding } from '../domain/install/finding.ts'
import type { InstallValues } from '../domain/install/install-values.ts'
import type { LogFault } from '../domain/install/log-fault.ts'

/** A release that a family renders for: its name as people say it, and what `release` is called in profiles. */
export type Release = { name: string; title: string }

/** One file that a family renders: its name, by which it is fetched, and the template below `boot-templates/`. */
export type FamilyFile = { name: string; template: string; format: FileFormat; mediaType: string }

/** A rendered file, as a judge reads it. */
export type JudgedFile = { name: string; text: string }

/**
 * How a run installs by this family: its installer is a Linux kernel with an initrd, and the new system runs the late
 * commands, by one of which it proves itself. `beforeWrite` is the file that the installer fetches right before it writes
 * to a disk, the first one where it is not said. `faults` are read in the log that it sends by syslog.
 */
export type FamilyInstall = { beforeWrite?: string; faults: readonly LogFault[] }

/**
 * How far what a family renders has been tried: its own installer ran here to its end, or began and could not come to it
 * here; judged by its rules only; files and no more.
 */
export type Proof = 'booted' | 'begun' | 'judged' | 'filesOnly'

/**
 * A family of operating systems: what a person may set, the files that answer its installer, and who judges them.
 * `words` are what its templates say beside the values that all families have, under the family's own name.
 */
export type Family<Options = unknown, Words extends object = object> = {
  name: string
  title: string
  /** The newest last; it is the one that is taken where none is named. */
  releases: readonly [Release, ...Release[]]
  files: readonly [FamilyFile, ...FamilyFile[]]
  options: z.ZodType<Options>
  words: z.ZodType<Words>
  /**
   * Which words each of its files may say, and nothing beside them, where machines ask for files before all is known of them.
   * Where it is absent, every file may say all values and all words.
   */
  says?: Readonly<Record<string, readonly string[]>>
  /** `plain` only where no installer of the family takes a hash. */
  passwords: 'crypt' | 'plain'
  /** Throws template.invalid naming the field, for what this family can not do. */
  describe(values: InstallValues, options: Options, release: string): Words
  /** How its installer is started, by the same options as its files: arguments of the kernel, or what stands for them. */
  kernelArguments(values: InstallValues, options: Options, release: string): string[]
  /** Undefined where no run can install by it. */
  install?: FamilyInstall
  /** How it is seen that the installation is over. */
  done: string
  proof: Proof
  judge(files: readonly JudgedFile[], release: string): Promise<Finding[]>
  /** What the judge can not know, told to whoever asks for its judgement. */
  unjudged: readonly string[]
}

/** Fixes the types of a family's options and words to each other. */
export const defineFamily = <Options, Words extends object>(family: Family<Options, Words>): Family<Options, Words> =>
  family

/** Under which name a family's words stand in templates: `cloudInit.users`, because a dash would end a word of Handlebars. */
export const wordsKey = ({ name }: Pick<Family, 'name'>): string =>
  name.replaceAll(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
