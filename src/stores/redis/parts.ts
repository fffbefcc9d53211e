import type { BumpActs } from './bump-acts.ts'
import type { RedisFeed } from './feed.ts'
import type { GenerationHash } from './generation-hash.ts'
import type { CommandLines } from './lines.ts'
import type { LetterReader, Mailbox } from './mailbox.ts'
import type { ServerTime } from './server-time.ts'
import type { Upkeep } from './upkeep.ts'

/** What a store is made of; `redis.ts` makes it. */
export interface RedisParts {
  readonly feed: RedisFeed
  readonly lines: CommandLines
  /** Who is to hear that the server may have lost what it confirmed. */
  readonly onReset: (listener: () => void) => void
  readonly hash: GenerationHash
  readonly bumps: BumpActs
  readonly time: ServerTime
  readonly upkeep: Upkeep
  /** Makes the connection on which others reach us. */
  openMailbox(reader: LetterReader): Mailbox
}

/** What stands before the process id in the name of an inbox. */
export function inboxHead(prefix: string): string {
  return `${prefix}:w:`
}
