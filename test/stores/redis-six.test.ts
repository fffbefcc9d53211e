import { createClient } from '@redis/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/stores/redis/redis.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { inRealTime } from '../testing/harness.ts'

/** Every command and subcommand that this server has and a Redis 6.0 has not, by its own documentation. */
async function commandsAfterSix(url: string): Promise<string[]> {
  const client = createClient({ url, RESP: 2 })
  await client.connect()
  try {
    const docs = await client.sendCommand<unknown[]>(['COMMAND', 'DOCS'])
    return laterThanSix(docs)
  } finally {
    client.destroy()
  }
}

// Name, description, name, description, …; each description is a flat list of the same form.
function laterThanSix(docs: readonly unknown[]): string[] {
  const names: string[] = []
  for (let at = 0; at < docs.length; at += 2) {
    const description = docs[at + 1] as unknown[]
    const said = (word: string): unknown => description[description.indexOf(word) + 1]
    const [major = 0, minor = 0] = String(said('since')).split('.').map(Number)
    if (major > 6 || (major === 6 && minor > 0)) names.push(String(docs[at]))
    else if (description.includes('subcommands')) {
      names.push(...laterThanSix(said('subcommands') as unknown[]))
    }
  }
  return names
}

// Redis 6 is still run by many, and Valkey began from 7.2. What a newer server does not allow, an older one does not need.
describe('with no command that Redis 6.0 does not have', () => {
  let server: RedisServer
  let later: string[] = []

  beforeAll(async () => {
    const documented = await startRedis()
    later = await commandsAfterSix(documented.url)
    await documented.stop()
    const rules = ['~*', '&*', '+@all', ...later.map((name) => `-${name}`)].join(' ')
    server = await startRedis({ user: { name: 'six', password: 'six', rules } })
  })
  afterAll(async () => {
    await server.stop()
  })

  it('the server really refuses what came later', async () => {
    expect(later).toContain('getdel')
    const client = createClient({ url: server.url })
    await client.connect()
    await expect(client.sendCommand(['GETDEL', 'k'])).rejects.toThrow(/NOPERM/)
    client.destroy()
  })

  storeContract('redis 6', () => inRealTime(() => redis(server.url)), { describe, it })
})
