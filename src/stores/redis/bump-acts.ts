import type { Field, Stamp } from '../../base/generation.ts'
import type { Operation } from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import type { GenerationHash } from './generation-hash.ts'
import type { CommandLines } from './lines.ts'
import { PRUNE } from './lua/prune.ts'
import type { Reply } from './port.ts'

interface BumpParts {
  readonly lines: CommandLines
  readonly hash: GenerationHash
  /** How many fields the hash may have, more or less. */
  readonly maxGenerations: number
}

/** Of so many bumps one looks whether there are too many fields. */
const LOOK_EVERY = 256

/**
 * Gives fields new stamps, and keeps the hash of them bounded: tags that are named once and never again, one per user or per
 * order, would fill it for ever.
 *
 * Forgetting a field is only safe where everything that is older than its stamp is invalid anyway: so the floor is raised
 * first. What was stored before the floor is a miss, once; nothing is stale.
 */
export class BumpActs {
  readonly #parts: BumpParts
  #untilLook: number
  #isPruning = false

  constructor(parts: BumpParts) {
    this.#parts = parts
    this.#untilLook = Math.ceil(Math.random() * Math.min(LOOK_EVERY, parts.maxGenerations))
  }

  async bump(fields: readonly Field[], operation: Operation & { intent?: Token }): Promise<Stamp> {
    const { hash, lines } = this.#parts
    const [stamp] = await lines.first.run([hash.bump(fields, operation.intent)], operation)
    this.#untilLook -= fields.length
    if (this.#untilLook <= 0) this.#look()
    return hash.decodeStamp(stamp)
  }

  #look(): void {
    this.#untilLook = Math.min(LOOK_EVERY, this.#parts.maxGenerations)
    if (this.#isPruning) return
    this.#isPruning = true
    // Fails with the connection, and is done by somebody else or later.
    const pruned = this.#prune().catch(() => {})
    void pruned.then(() => {
      this.#isPruning = false
    })
  }

  async #prune(): Promise<void> {
    const { hash, lines, maxGenerations } = this.#parts
    const step = async (cursor: string, floor: string): Promise<[string, string]> => {
      const call = PRUNE.call(hash.key, cursor, floor, String(maxGenerations))
      const [reply] = await lines.first.run([call])
      const [next, used] = reply as readonly Reply[]
      return [String(next), String(used)]
    }
    // A third at a time, until there are few enough.
    for (;;) {
      let [cursor, floor] = await step('0', '')
      if (floor === '') return
      while (cursor !== '0') [cursor, floor] = await step(cursor, floor)
    }
  }
}
