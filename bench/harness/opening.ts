import type { Contender, Opened, Opening } from './contender.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import type { Entrant, Place } from './question.ts'
import { valueOf, VALUE_BYTES } from './values.ts'

/** Longer than any run. */
const TTL_MS = 3_600_000

export async function contenderOf({ contender }: Entrant): Promise<Contender> {
  return await CONTENDERS[contender as ContenderName]()
}

/** An entrant as questions open it, unless they say otherwise. */
export async function open(
  entrant: Entrant,
  place: Place,
  options: Partial<Opening> & Pick<Opening, 'prefix'>,
): Promise<Opened> {
  const contender = await contenderOf(entrant)
  return await contender.open({
    tiers: entrant.tiers,
    redisUrl: place.redisUrl,
    ttlMs: TTL_MS,
    maxEntries: 10_000,
    valueBytes: VALUE_BYTES,
    tags: false,
    load: async (key) => valueOf(key),
    ...options,
  })
}

/** Of keys that no other entrant uses. */
export function prefixOf(question: string, { label }: Entrant): string {
  return `${question}-${label}`.replaceAll(/[^a-z]+/g, '-')
}
