import { createHash, randomBytes } from 'node:crypto'

const ID_BYTES = 24
/** Letters, digits and signs that stand in a cookie as they are, and in ids of all libraries that are served. */
const ID = /^[\w.~+/=-]{20,256}$/

/** 192 random bits: 32 letters, digits, `-` and `_`. */
export function newSessionId(): string {
  return randomBytes(ID_BYTES).toString('base64url')
}

/** What another library may have made; nothing else is looked up, however it came into a cookie. */
export function isSessionId(id: unknown): id is string {
  return typeof id === 'string' && ID.test(id)
}

/** Under which a session is kept: whoever reads the store, a backup or a log of it learns no id that a cookie could carry. */
export function sessionKey(id: string): string {
  return `session:${createHash('sha256').update(id).digest('base64url')}`
}
