import type { Finding } from '../../domain/install/finding.ts'

/** What is wrong on a line, before it is said of which file. */
export type Problem = Omit<Finding, 'file'>

export const problem = (line: number, message: string, severity: Finding['severity'] = 'error'): Problem => ({
  ...{ line, severity, message },
})

/** The problems of one file, in the order of its lines. */
export const findingsOf = (file: string, problems: readonly Problem[]): Finding[] =>
  problems.map((one) => ({ file, ...one })).sort((one, other) => one.line - other.line)
