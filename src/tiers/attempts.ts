/** Conditional writes that lose against others are tried again this often; each loss means that somebody else won. */
export const MAX_ATTEMPTS = 8
