// The narrow port behind which any Redis client fits: send these commands together, give me their replies.

/** Bytes go out as they are; text as UTF-8. */
export type Argument = string | Buffer
export type Command = readonly Argument[]

/**
 * A reply with bulk strings as Buffers. What the server refuses, and what a lost connection leaves unanswered, is an
 * Error in its place.
 */
export type Reply = Buffer | string | number | bigint | boolean | null | Error | readonly Reply[]

/** `starting`: the first attempt to connect has not ended. `down`: known to be unusable, so that nothing need wait for it. */
export type PortState = 'starting' | 'up' | 'down' | 'closed'

/** Told once per change. Both are called synchronously, before anything that follows from the change is seen. */
export interface PortEvents {
  up(): void
  down(reason: unknown): void
}

/** One road to a server. Nothing here ever rejects or hangs without somebody's deadline ending it. */
export interface RedisPort {
  readonly state: PortState
  /** Why it is `down`. */
  readonly reason: unknown
  /** Resolves when it is no longer `starting`. */
  readonly started: Promise<void>
  /**
   * Sends all in one write, in order. One reply for each, in order; never rejects. Only called while `up`.
   */
  send(commands: readonly Command[]): Promise<readonly Reply[]>
  /** Only called while `up`. Rejects when the server refuses; is gone with the connection. */
  subscribe(channel: string, listener: (message: string) => void): Promise<void>
  /** The server has not answered for long: be `down` until it does, with a new connection if it is ours. */
  distrust(reason: Error): void
  /** Ends what is ours at once; whoever calls it has waited for its replies. May be called twice. */
  close(): void
}
