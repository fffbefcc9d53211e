// The one file that knows ioredis. Only clients passed in: by URL we connect with node-redis.
import type { ClientAdapter } from './client-port.ts'
import type { Command, Reply } from './port.ts'

/** What is used of a client of ioredis 5 or later: a `new Redis(...)` fits. Not a `Cluster`. */
export interface IoRedisClient {
  readonly status: string
  readonly options: { readonly keyPrefix?: unknown }
  pipeline(): IoRedisPipeline
  duplicate(overrides?: object): IoRedisClient
  subscribe(channel: string): Promise<unknown>
  connect(): Promise<unknown>
  disconnect(): void
  on(event: string, listener: (...args: unknown[]) => void): unknown
  off(event: string, listener: (...args: unknown[]) => void): unknown
}

/** Of a pipeline of ioredis, what is used. */
export interface IoRedisPipeline {
  callBuffer(command: string, ...args: (string | Buffer)[]): unknown
  exec(): Promise<[error: Error | null, result: unknown][] | null>
}

export class IoRedisAdapter implements ClientAdapter {
  readonly #client: IoRedisClient
  readonly #listeners = new Map<string, (message: string) => void>()

  constructor(client: IoRedisClient) {
    this.#client = client
  }

  isReady(): boolean {
    return this.#client.status === 'ready'
  }

  start(): void {
    // `lazyConnect` means: at the first command. We send none to a client that is not ready, so this is the moment.
    if (this.#client.status === 'wait') this.#client.connect().catch(() => {})
  }

  async send(commands: readonly Command[]): Promise<readonly Reply[]> {
    const pipeline = this.#client.pipeline()
    for (const [name, ...args] of commands) pipeline.callBuffer(String(name), ...args)
    try {
      const results = (await pipeline.exec()) ?? []
      return commands.map((_, index) => {
        const [error, reply] = results[index] ?? [new Error('no reply')]
        return error ?? (reply as Reply)
      })
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      return commands.map(() => failure)
    }
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    // Called anew after each reconnection, on the same emitter.
    if (this.#listeners.size === 0) {
      this.#client.on('message', (from: unknown, message: unknown) => {
        this.#listeners.get(String(from))?.(String(message))
      })
    }
    this.#listeners.set(channel, listener)
    await this.#client.subscribe(channel)
  }

  watch(up: () => void, down: (reason: unknown) => void): () => void {
    const client = this.#client
    let last: unknown
    const failed = (error: unknown): void => {
      last = error
    }
    const lost = (): void => down(last ?? new Error('the connection was closed'))
    const ready = (): void => {
      last = undefined
      up()
    }
    client.on('ready', ready)
    client.on('error', failed)
    client.on('close', lost)
    client.on('end', lost)
    return () => {
      client.off('ready', ready)
      client.off('error', failed)
      client.off('close', lost)
      client.off('end', lost)
    }
  }

  end(): void {
    this.#client.on('error', () => {})
    this.#client.disconnect()
  }
}

/** A connection of our own for the subscription. We subscribe anew each time it is back, so it must not do so itself. */
export function duplicateIoRedis(client: IoRedisClient): IoRedisAdapter {
  return new IoRedisAdapter(client.duplicate({ autoResubscribe: false, lazyConnect: true }))
}
