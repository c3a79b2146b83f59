/** What a person may do; each role may do all that those before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const

export type Role = (typeof ROLES)[number]

/** True when `role` includes the rights of `needed`. */
export const roleIncludes = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)
