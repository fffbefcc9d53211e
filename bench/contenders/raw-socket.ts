import { type Contender, EACH_LOADS, NO_TAGS } from '../harness/contender.ts'
import { RawRedis } from '../harness/raw-redis.ts'

/** The limit over Redis: GET and JSON.parse on a bare socket, one write per turn, that shares no load and has no deadline. */
export const rawSocket: Contender = {
  name: 'raw socket',
  packages: [],
  tiers: ['redis'],
  cannot: { tagged: NO_TAGS, oneLoad: EACH_LOADS },
  async open({ load, prefix, redisUrl = '', ttlMs }) {
    const redis = await RawRedis.connect(redisUrl)
    const fill = async (key: string): Promise<unknown> => {
      const value = await load(key)
      await redis.send('SET', prefix + key, JSON.stringify(value), 'PX', String(ttlMs))
      return value
    }
    return {
      async getOrSet(key) {
        const text = await redis.send('GET', prefix + key)
        return typeof text === 'string' ? (JSON.parse(text) as unknown) : await fill(key)
      },
      async getMany(keys) {
        const texts = (await redis.send('MGET', ...keys.map((key) => prefix + key))) as string[]
        return texts.map((text) => JSON.parse(text) as unknown)
      },
      async close() {
        redis.close()
      },
    }
  },
}
