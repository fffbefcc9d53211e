import { createHash } from 'node:crypto'
import { optionError } from '../base/errors.ts'

/** Places on the ring that each node has. */
const POINTS = 128

/**
 * Which of several Redis servers django-redis' ShardClient keeps a key on.
 *
 * @param nodes the URLs of LOCATION, written as they are there: they are hashed as text
 * @throws {CacheError} `E_OPTION` without a node
 */
export function shardRing(nodes: readonly string[]): { nodeOf(key: string): string } {
  if (nodes.length === 0) throw optionError('nodes', 'one URL at least', nodes)
  const points = nodes
    .flatMap((node) => {
      const places = Array.from({ length: POINTS }, (_, index) => sha256(`${node}:${index}`))
      return places.map((place) => ({ place, node }))
    })
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
  return {
    /** @param key the whole key; a part of it in braces decides alone, so that keys can be kept together */
    nodeOf(key) {
      const digest = sha256(/^[^\n]*\{([^\n]*)\}/.exec(key)?.[1] ?? key)
      let low = 0
      let high = points.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (digest < (points[middle]?.place as string)) high = middle
        else low = middle + 1
      }
      // Before the first point lies the last one.
      return points.at(low - 1)?.node as string
    },
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
