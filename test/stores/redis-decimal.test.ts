import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { DECIMAL } from '../../src/stores/redis/lua/increment.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { directClient } from './redis-process.ts'

let server: RedisServer
let client: Awaited<ReturnType<typeof directClient>>

beforeAll(async () => {
  server = await startRedis()
  client = await directClient(server.url)
})
afterAll(async () => {
  client.destroy()
  await server.stop()
})

const BORDERS = [0n, 10n ** 7n, 10n ** 14n, 10n ** 15n, 2n ** 53n, 10n ** 21n, 2n ** 63n, 2n ** 64n]
const nearBorder = fc
  .tuple(fc.constantFrom(...BORDERS), fc.bigInt(-3n, 3n), fc.boolean())
  .map(([border, off, negative]) => (negative ? -(border + off) : border + off))
const anyInteger = fc.oneof(nearBorder, fc.bigInt(-(2n ** 70n), 2n ** 70n), fc.bigInt())

describe('the decimal arithmetic of INCREMENT', () => {
  it('adds as BigInt does, whatever the size and sign', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyInteger, anyInteger), { minLength: 1, maxLength: 20 }),
        async (pairs) => {
          const sums = await Promise.all(
            pairs.map(async ([a, b]) => {
              const lua = `${DECIMAL}\nreturn add(ARGV[1], ARGV[2])`
              return await client.eval(lua, { arguments: [String(a), String(b)] })
            }),
          )
          for (const [index, [a, b]] of pairs.entries()) {
            const sum = sums[index]
            if (sum !== String(a + b)) throw new Error(`${a} + ${b}: wrong sum`)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
