/** A path is its letters: what one spelling is refused, another must not get. */
export const EXACT_PATHS = { caseSensitive: true, strict: true } as const
