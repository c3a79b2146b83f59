/** TFTP error codes (RFC 1350 §5, RFC 2347). */
export const TFTP_ERRORS = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransfer: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionRefused: 8,
} as const satisfies Record<string, number>
