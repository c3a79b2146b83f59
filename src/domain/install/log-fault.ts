/**
 * A line of an installer's log that tells what goes wrong. `ends`: unattended it never goes on from there; else it is kept,
 * and said when the installation ends without success. `says` tells in words what was expected and got; `before` are the
 * lines right before it, the last one last. Undefined where they show that it is something else.
 */
export type LogFault = {
  code: InstallFault
  line: RegExp
  ends: boolean
  says(match: RegExpExecArray, before: readonly string[]): string | undefined
}

/** What ends installations, whatever the family: each has its row in the rules that explain runs. */
export const INSTALL_FAULTS = [
  ...(['install.component_missing', 'install.kernel_mismatch', 'install.archive_unreachable'] as const),
  ...(['install.archive_unsigned', 'install.package_missing', 'install.disk_refused', 'install.no_address'] as const),
  ...(['install.answers_unreadable', 'install.command_failed', 'install.step_failed'] as const),
] as const
export type InstallFault = (typeof INSTALL_FAULTS)[number]

/** What a line of a log tells. */
export type FoundFault = { code: InstallFault; message: string; line: string; ends: boolean }

/** The first row of the table that the line fits. */
export function findFault(
  faults: readonly LogFault[],
  line: string,
  before: readonly string[],
): FoundFault | undefined {
  for (const { code, line: shape, ends, says } of faults) {
    const match = shape.exec(line)
    const message = match && says(match, before)
    if (message) return { code, message, line, ends }
  }
  return undefined
}
