/**
 * Chooses the place of each key by rendezvous hashing: when a place is added, keys move to it and nowhere else; when one goes,
 * only its keys move. Source: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998.
 */
export class Ring<T> {
  readonly #places: readonly { readonly seed: number; readonly place: T }[]

  /** @param places by name; the order does not matter */
  constructor(places: readonly (readonly [name: string, place: T])[]) {
    this.#places = places.map(([name, place]) => ({ seed: textHash(name), place }))
  }

  placeOf(key: string): T {
    let [best] = this.#places
    if (best === undefined) throw new Error('a ring without places')
    if (this.#places.length === 1) return best.place
    const hash = textHash(key)
    let highest = -1
    for (const each of this.#places) {
      const score = mixed(hash ^ each.seed)
      if (score <= highest) continue
      highest = score
      best = each
    }
    return best.place
  }
}

/** FNV-1a over UTF-16, then mixed. */
function textHash(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mixed(hash)
}

/** The last step of MurmurHash3: every bit of the answer depends on every bit given. */
function mixed(hash: number): number {
  let mix = hash
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b)
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35)
  return (mix ^ (mix >>> 16)) >>> 0
}
