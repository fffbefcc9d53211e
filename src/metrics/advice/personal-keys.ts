/** Words for what belongs to one person, as a whole part of a key. */
const PERSONAL = new Set([
  'account',
  'avatar',
  'basket',
  'cart',
  'current-user',
  'current_user',
  'currentuser',
  'inbox',
  'me',
  'notifications',
  'permissions',
  'profile',
  'session',
  'user',
  'viewer',
  'whoami',
  'wishlist',
])

const MOST_KEYS = 200
const MOST_SIZES = 16

/** A key that names something personal, and nobody. */
export interface GenericKey {
  readonly key: string
  stores: number
  readonly sizes: Set<number>
}

/**
 * Keys such as `profile` or `user:settings`, which name what one person has and no person, with how often they were stored and
 * in how many sizes. A value that is one person's comes in another size for the next one.
 */
export class PersonalKeys {
  readonly #keys = new Map<string, GenericKey>()

  /** Whether a key names something personal, and nobody. */
  knows(key: string): boolean {
    return this.#keys.has(key) || (this.#keys.size < MOST_KEYS && isPersonal(key))
  }

  /** @param key one that {@link PersonalKeys.knows} says yes to */
  stored(key: string, bytes: number | undefined): void {
    const known = this.#keys.get(key) ?? { key, stores: 0, sizes: new Set<number>() }
    this.#keys.set(key, known)
    known.stores++
    if (bytes !== undefined && known.sizes.size < MOST_SIZES) known.sizes.add(bytes)
  }

  seen(): GenericKey[] {
    return [...this.#keys.values()]
  }
}

/** A part with a digit, or with a letter case of its own, may say whose it is. */
function isPersonal(key: string): boolean {
  const parts = key.split(/[:/.]/, 8)
  return (
    parts.some((part) => PERSONAL.has(part.toLowerCase())) &&
    parts.every((part) => /^[a-z]+(?:[-_][a-z]+)*$/i.test(part) && part.length <= 20)
  )
}
