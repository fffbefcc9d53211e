import { freePort } from './port.ts'
import { RawRedis } from './raw-redis.ts'
import { type RedisServer, startRedis } from './redis.ts'
import { ServerError } from './server-error.ts'

const SLOTS = 16_384
const READY_MS = 20_000

/** A real cluster of our own on loopback: primaries with an equal share of the slots each, and a replica for each if asked. */
export interface RedisCluster {
  /** Of the first primary, with `?cluster=true`. */
  readonly url: string
  readonly primaries: readonly RedisServer[]
  /** In the order of the primaries. */
  readonly replicas: readonly RedisServer[]
  /** Sends one command to a server and answers its reply as it came. */
  ask(server: RedisServer, ...words: string[]): Promise<string>
  /** The primary that owns a slot now. */
  ownerOf(slot: number): Promise<RedisServer>
  /** Moves a slot with its keys while everything goes on, as redis-cli --cluster reshard does, key by key. */
  moveSlot(slot: number, to: RedisServer): Promise<void>
  stop(): Promise<void>
}

export async function startRedisCluster(
  options: { readonly replicas?: boolean; readonly nodeTimeoutMs?: number } = {},
): Promise<RedisCluster> {
  // A node that a busy machine does not let speak for a while is not dead; only where one is to take over is soon enough.
  const { replicas = false, nodeTimeoutMs = replicas ? 2000 : 15_000 } = options
  const count = 3
  const servers = await Promise.all(
    Array.from({ length: replicas ? 2 * count : count }, () => startNode(nodeTimeoutMs)),
  )
  const cluster = new LocalCluster(servers.slice(0, count), servers.slice(count))
  try {
    await cluster.form()
    return cluster
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

async function startNode(nodeTimeoutMs: number): Promise<RedisServer> {
  // The bus listens on a port of its own, which must be free too; by default it would be ours plus 10000.
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    String(nodeTimeoutMs),
    '--cluster-port',
    String(await freePort()),
    '--repl-diskless-sync-delay',
    '0',
    '--cluster-allow-replica-migration',
    'no',
  ]
  return await startRedis({ args })
}

class LocalCluster implements RedisCluster {
  readonly primaries: readonly RedisServer[]
  readonly replicas: readonly RedisServer[]
  readonly url: string

  constructor(primaries: readonly RedisServer[], replicas: readonly RedisServer[]) {
    this.primaries = primaries
    this.replicas = replicas
    this.url = `${(primaries[0] as RedisServer).url}?cluster=true`
  }

  get #servers(): readonly RedisServer[] {
    return [...this.primaries, ...this.replicas]
  }

  async form(): Promise<void> {
    const [first] = this.primaries as [RedisServer, ...RedisServer[]]
    const share = Math.ceil(SLOTS / this.primaries.length)
    for (const [index, server] of this.primaries.entries()) {
      const last = Math.min(SLOTS, (index + 1) * share) - 1
      await this.ask(server, 'CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(last))
      // Two nodes that agree on the epoch of their slots quarrel about them for a while.
      await this.ask(server, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    }
    const busOf = async (server: RedisServer): Promise<string> => {
      const reply = await this.ask(server, 'CONFIG', 'GET', 'cluster-port')
      return reply.trim().split('\r\n').at(-1) as string
    }
    for (const server of this.#servers.slice(1)) {
      const bus = await busOf(server)
      await this.ask(first, 'CLUSTER', 'MEET', '127.0.0.1', String(server.port), bus)
    }
    await this.#until('know each other', async (server) => {
      const nodes = await this.ask(server, 'CLUSTER', 'NODES')
      const lines = nodes.split('\n').filter((line) => line.includes('connected'))
      return lines.length === this.#servers.length && !nodes.includes('handshake')
    })
    for (const [index, replica] of this.replicas.entries()) {
      const id = await this.#idOf(this.primaries[index] as RedisServer)
      await this.ask(replica, 'CLUSTER', 'REPLICATE', id)
    }
    await this.#until('be ready', async (server) => {
      const info = await this.ask(server, 'CLUSTER', 'INFO')
      return info.includes('cluster_state:ok')
    })
    for (const replica of this.replicas) {
      await this.#until('replicate', async () => {
        return (await this.ask(replica, 'INFO', 'replication')).includes('master_link_status:up')
      })
    }
  }

  async ask(server: RedisServer, ...words: string[]): Promise<string> {
    const raw = await RawRedis.open(server.port)
    try {
      const reply = await raw.send(words)
      if (reply === undefined) throw new Error(`no reply to ${words.join(' ')}`)
      if (reply.startsWith('-')) throw new Error(`${words.join(' ')}: ${reply.trim()}`)
      return reply
    } finally {
      raw.close()
    }
  }

  async ownerOf(slot: number): Promise<RedisServer> {
    for (const server of this.#servers) {
      const nodes = await this.ask(server, 'CLUSTER', 'NODES').catch(() => '')
      const mine = nodes.split('\n').find((line) => line.includes('myself'))
      const ranges = mine?.trim().split(' ').slice(8) ?? []
      const owns = ranges.some((range) => {
        const [from = NaN, to = from] = range.split('-').map(Number)
        return from <= slot && slot <= to
      })
      if (owns) return server
    }
    throw new Error(`nobody owns slot ${slot}`)
  }

  async moveSlot(slot: number, to: RedisServer): Promise<void> {
    const from = await this.ownerOf(slot)
    if (from === to) return
    const [fromId, toId] = [await this.#idOf(from), await this.#idOf(to)]
    const text = String(slot)
    await this.ask(to, 'CLUSTER', 'SETSLOT', text, 'IMPORTING', fromId)
    await this.ask(from, 'CLUSTER', 'SETSLOT', text, 'MIGRATING', toId)
    for (;;) {
      const reply = await this.ask(from, 'CLUSTER', 'GETKEYSINSLOT', text, '10')
      const keys = reply.split('\r\n').filter((line) => line !== '' && !/^[*$]\d+$/.test(line))
      if (keys.length === 0) break
      for (const key of keys)
        await this.ask(from, 'MIGRATE', '127.0.0.1', String(to.port), key, '0', '5000')
    }
    for (const server of [to, from, ...this.primaries])
      await this.ask(server, 'CLUSTER', 'SETSLOT', text, 'NODE', toId)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()))
  }

  async #idOf(server: RedisServer): Promise<string> {
    const reply = await this.ask(server, 'CLUSTER', 'MYID')
    return reply.split('\r\n')[1] as string
  }

  async #until(what: string, holds: (server: RedisServer) => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + READY_MS
    for (const server of this.#servers) {
      while (!(await holds(server))) {
        if (Date.now() > deadline)
          throw new ServerError('E_START_FAILED', `the nodes of a cluster did not ${what} in time`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
}
