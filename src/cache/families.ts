import { OTHERS } from '../base/family.ts'
import { FamilyTally } from './family-tally.ts'
import { FamilyTree } from './family-tree.ts'

/** Keys whose families are remembered: to look one up costs less than to take it apart. */
const MOST_KNOWN = 1000

/** Says the family of a key, as it stands in the store behind prefix and version; `undefined` leaves it to the cache. */
export type FamilyOf = (key: string) => string | undefined

export interface FamilySettings {
  /** Besides `(others)`. 0: all keys are counted together. */
  readonly max: number
  readonly of: FamilyOf | undefined
}

/** Under which family a key is counted: as the application says, or as is learned from the keys that come. */
export class Families {
  readonly #owner: object
  readonly #settings: FamilySettings
  readonly #tree: FamilyTree
  readonly #given = new Map<string, FamilyTally>()
  readonly #known = new Map<string, FamilyTally>()
  /** Of what belongs to no family, or to one too many. */
  readonly others: FamilyTally

  /** @param owner whose tallies these are */
  constructor(owner: object, settings: FamilySettings) {
    this.#owner = owner
    this.#settings = settings
    this.others = new FamilyTally(owner)
    this.#tree = new FamilyTree(owner, () => this.#tree.size + this.#given.size < settings.max)
  }

  /** @param wire the key as the store has it */
  of(wire: string): FamilyTally {
    const known = this.#known.get(wire)
    if (known?.owner !== undefined) return known
    const found = known?.last ?? this.#find(wire)
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(wire, found)
    return found
  }

  /** All tallies with their names; `(others)` last. */
  *entries(): Generator<readonly [family: string, tally: FamilyTally]> {
    yield* this.#tree.entries()
    yield* this.#given
    yield [OTHERS, this.others]
  }

  #find(wire: string): FamilyTally {
    if (this.#settings.max === 0) return this.others
    const key = wire.slice(wire.indexOf(':', wire.indexOf(':') + 1) + 1)
    const name = this.#nameOf(key)
    return (name === undefined ? this.#tree.of(key) : this.#named(name)) ?? this.others
  }

  /** What the application's function throws is no reason to fail a read. */
  #nameOf(key: string): string | undefined {
    try {
      const name: unknown = this.#settings.of?.(key)
      return typeof name === 'string' && name !== '' ? name : undefined
    } catch {
      return undefined
    }
  }

  #named(name: string): FamilyTally | undefined {
    const known = this.#given.get(name)
    if (known !== undefined) return known
    if (this.#tree.size + this.#given.size >= this.#settings.max) return undefined
    const made = new FamilyTally(this.#owner)
    this.#given.set(name, made)
    return made
  }
}
