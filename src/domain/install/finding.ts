/** What a judge says of a rendered file. `line` counts from 1; `error` is what the installer would refuse or ignore. */
export type Finding = { file: string; line: number; severity: 'error' | 'warning'; message: string }
