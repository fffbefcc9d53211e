import type { Inbox } from '../../base/store.ts'
import type { RedisFeed } from './feed.ts'
import type { LetterReader } from './mailbox.ts'
import type { RecordCoder } from './record-coder.ts'

/** Puts letters into the cache's words: a record that was sent along comes as base64. */
export function letterReader(inbox: Inbox, coder: RecordCoder, feed: RedisFeed): LetterReader {
  return {
    wake: (key, text) => {
      const bytes = text === undefined ? undefined : Buffer.from(text, 'base64')
      inbox.wake(key, bytes && coder.decodeAlive(key, bytes))
    },
    doom: (token) => inbox.doom(token),
    lost: () => inbox.lost(),
    answered: (by, question) => feed.receiveAnswer(by, question),
  }
}
