import { type Contender, EACH_LOADS, NO_TAGS } from '../harness/contender.ts'

/** The limit in memory: a `Map` behind an `await`, that expires nothing, evicts nothing and shares no load. */
export const map: Contender = {
  name: 'Map + await',
  packages: [],
  tiers: ['memory'],
  cannot: { tagged: NO_TAGS, oneLoad: EACH_LOADS },
  async open({ load }) {
    const values = new Map<string, unknown>()
    const fill = async (key: string): Promise<unknown> => {
      const value = await load(key)
      values.set(key, value)
      return value
    }
    return {
      getOrSet: (key) => values.get(key) ?? fill(key),
      getMany: (keys) => keys.map((key) => values.get(key)),
      async close() {
        values.clear()
      },
    }
  },
}
