import type { Announced, Operation } from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import type { RedisFeed } from './feed.ts'
import type { GenerationHash } from './generation-hash.ts'
import type { Call } from './line.ts'
import type { CommandLines } from './lines.ts'
import { ANNOUNCE, RETRACT } from './lua/intents.ts'

interface IntentParts {
  readonly lines: CommandLines
  readonly hash: GenerationHash
  readonly feed: RedisFeed
}

/** How a transaction says what it is about to change, and that it has changed nothing. */
export class IntentActs {
  readonly #lines: CommandLines
  readonly #hash: GenerationHash
  readonly #feed: RedisFeed
  readonly #inboxHead: string

  constructor(parts: IntentParts, inboxHead: string) {
    this.#lines = parts.lines
    this.#hash = parts.hash
    this.#feed = parts.feed
    this.#inboxHead = inboxHead
  }

  async intend(
    { keys, fields }: Announced,
    token: Token,
    forMs: number,
    operation: Operation,
  ): Promise<void> {
    const callOf = (key: string): Call => ANNOUNCE.call(key, this.#inboxHead, token, String(forMs))
    const call = this.#hash.intend(fields, token, forMs)
    await this.#send(keys, callOf, fields.length === 0 ? undefined : call, operation)
  }

  async withdraw({ keys, fields }: Announced, token: Token, operation: Operation): Promise<void> {
    const callOf = (key: string): Call => RETRACT.call(key, token)
    const call = this.#hash.withdraw(fields, token)
    await this.#send(keys, callOf, fields.length === 0 ? undefined : call, operation)
  }

  /** Keys and fields at the same time: either may come first. */
  async #send(
    keys: readonly string[],
    callOf: (key: string) => Call,
    ofFields: Call | undefined,
    operation: Operation,
  ): Promise<void> {
    operation.signal?.throwIfAborted()
    const lines = this.#lines
    const [replies] = await Promise.all([
      ofFields === undefined ? [] : lines.first.run([ofFields], operation),
      keys.length === 0 ? undefined : lines.together(keys, callOf, [], operation),
    ])
    this.#hash.checkReply(replies[0])
    await this.#feed.log(keys, operation)
  }
}
