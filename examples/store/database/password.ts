import { scryptSync, timingSafeEqual } from 'node:crypto'

/** `salt$key`, both readable: what is stored instead of a password. */
export function hashPassword(password: string, salt: string): string {
  return `${salt}$${scryptSync(password, salt, 32).toString('hex')}`
}

export function isPassword(password: string, hash: string): boolean {
  const [salt = ''] = hash.split('$')
  const expected = Buffer.from(hash)
  const given = Buffer.from(hashPassword(password, salt))
  return given.length === expected.length && timingSafeEqual(given, expected)
}
