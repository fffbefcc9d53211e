import { scrypt, scryptSync, timingSafeEqual } from 'node:crypto'

const KEY_BYTES = 32

/** `salt$key`, both readable: what is stored instead of a password. */
export function hashPassword(password: string, salt: string): string {
  return `${salt}$${scryptSync(password, salt, KEY_BYTES).toString('hex')}`
}

/** In another thread: being slow is the point of a password hash, and nobody else should wait for it. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split('$')
  const given = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, (error, derived) =>
      error ? reject(error) : resolve(derived),
    )
  })
  const expected = Buffer.from(key, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
