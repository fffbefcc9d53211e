// Families learned from keys: what stands in one place and differs too often is an id, whatever it looks like.
//
// The parts of all keys seen are a tree. A place whose names become too many is folded: they, and all that is below them,
// become one `*`. Which places are folded depends only on which names were seen there, not on their order, as long as there
// is room for all families. When there is none, places with several names are folded early, and keys of new kinds have none.
import { ANY, type FamilyPart, familyParts } from '../base/family.ts'
import { FamilyTally } from './family-tally.ts'

/** Names that differ in one place before they are taken for ids. */
const MOST_NAMES = 16
/** The same of whole keys that have no parts, and of namespaces. */
const MOST_SINGLE = 64
/** What `wireKey` puts behind the readable head of what a store cannot carry. */
const HASH_LENGTH = 44
/** From this length on the head of a hashed key is one that was cut. */
const CUT_LENGTH = 200

/** What the keys that begin alike have next. */
interface Place {
  readonly text: string
  readonly separator: string
  /** With which all names of this stem ended; `undefined` when they differ. */
  digits: string | undefined
  /** By stem and separator. */
  readonly below: Map<string, Place>
  /** The separators before which the names below are folded. */
  readonly folded: Set<string>
  /** Of keys that end here. */
  tally: FamilyTally | undefined
}

export class FamilyTree {
  readonly #owner: object
  readonly #hasRoom: () => boolean
  readonly #root = placeOf({ text: '', digits: '', separator: '>' })
  #size = 0

  /** @param owner whose tallies these are */
  constructor(owner: object, hasRoom: () => boolean) {
    this.#owner = owner
    this.#hasRoom = hasRoom
  }

  /** How many families there are. */
  get size(): number {
    return this.#size
  }

  /** Undefined when there is no room for another family. */
  of(key: string): FamilyTally | undefined {
    let place = this.#root
    for (const part of partsOf(key)) {
      const next = this.#under(place, part)
      if (next === undefined) return undefined
      place = next
    }
    if (place.tally === undefined && this.#hasRoom()) {
      place.tally = new FamilyTally(this.#owner)
      this.#size++
    }
    return place.tally
  }

  *entries(): Generator<readonly [family: string, tally: FamilyTally]> {
    yield* entriesUnder(this.#root, '')
  }

  #under(place: Place, part: FamilyPart): Place | undefined {
    const { separator } = part
    const isName = part.text !== ANY && !place.folded.has(separator)
    const found = place.below.get((isName ? part.text : ANY) + separator)
    if (found !== undefined) {
      if (isName && found.digits !== part.digits) found.digits = undefined
      return found
    }
    if (!isName) return this.#hasRoom() ? add(place, anyBefore(separator)) : undefined
    const most = mostNames(place, separator)
    const hasRoom = this.#hasRoom()
    if (most === Infinity) return hasRoom ? add(place, part) : undefined
    const names = namesBefore(place, separator).length
    if (names >= most || (!hasRoom && names > 1 && !isTop(place)))
      return this.#fold(place, separator)
    return hasRoom ? add(place, part) : undefined
  }

  /** Makes one `*` of all names before a separator. */
  #fold(place: Place, separator: string): Place {
    place.folded.add(separator)
    const star = place.below.get(ANY + separator) ?? add(place, anyBefore(separator))
    for (const name of namesBefore(place, separator)) {
      place.below.delete(name.text + separator)
      this.#merge(star, name)
    }
    return star
  }

  #merge(into: Place, from: Place): void {
    if (into.tally === undefined) into.tally = from.tally
    else if (from.tally !== undefined) {
      into.tally.absorb(from.tally)
      this.#size--
    }
    for (const separator of from.folded)
      if (!into.folded.has(separator)) this.#fold(into, separator)
    for (const place of from.below.values()) {
      const { separator } = place
      const text = into.folded.has(separator) ? ANY : place.text
      const there = into.below.get(text + separator)
      if (there === undefined) {
        into.below.set(place.text + separator, place)
        continue
      }
      if (there.text !== ANY && there.digits !== place.digits) there.digits = undefined
      this.#merge(there, place)
    }
    for (const separator of separatorsBelow(into))
      if (namesBefore(into, separator).length > mostNames(into, separator))
        this.#fold(into, separator)
  }
}

function placeOf({ text, digits, separator }: FamilyPart): Place {
  return { text, digits, separator, below: new Map(), folded: new Set(), tally: undefined }
}

function add(place: Place, part: FamilyPart): Place {
  const made = placeOf(part)
  place.below.set(part.text + part.separator, made)
  return made
}

function anyBefore(separator: string): FamilyPart {
  return { text: ANY, digits: '', separator }
}

/** The names in one place that something follows, or that nothing follows. */
function namesBefore(place: Place, separator: string): Place[] {
  return [...place.below.values()].filter(
    (below) => below.separator === separator && below.text !== ANY,
  )
}

function separatorsBelow(place: Place): Set<string> {
  return new Set([...place.below.values()].map(({ separator }) => separator))
}

/** Keys begin here, of the alias or of a namespace. */
function isTop({ separator }: Place): boolean {
  return separator === '>'
}

/** What a key begins with says what it is about, and is never taken for an id by its number. */
function mostNames(place: Place, separator: string): number {
  if (!isTop(place)) return MOST_NAMES
  return separator === '' || separator === '>' ? MOST_SINGLE : Infinity
}

function partsOf(key: string): FamilyPart[] {
  if (!isHashed(key)) return familyParts(key)
  const parts = familyParts(key.slice(0, -HASH_LENGTH))
  if (key.length < CUT_LENGTH) return parts
  return [...parts.slice(0, -1), anyBefore('')]
}

function isHashed(key: string): boolean {
  return key.length > HASH_LENGTH && key[key.length - HASH_LENGTH] === '~'
}

function* entriesUnder(
  place: Place,
  head: string,
): Generator<readonly [family: string, tally: FamilyTally]> {
  if (place.tally !== undefined) yield [head, place.tally]
  for (const below of place.below.values()) {
    const { digits = ANY, separator, text } = below
    yield* entriesUnder(below, head + text + digits + separator)
  }
}
