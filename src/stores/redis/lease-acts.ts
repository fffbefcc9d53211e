import type { Entry } from '../../base/record.ts'
import type { Acquired, AcquireRequest, Ending, Operation } from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import type { Call } from './line.ts'
import type { CommandLines } from './lines.ts'
import { ACQUIRE, COMMIT, RELEASE, RENEW } from './lua/leases.ts'
import type { Mailbox } from './mailbox.ts'
import type { Reply } from './port.ts'
import type { RecordCoder } from './record-coder.ts'
import type { ServerTime } from './server-time.ts'
import { untilAborted } from '../../base/until-aborted.ts'

/** What the acts share with the rest of their store. */
interface LeaseParts {
  readonly lines: CommandLines
  readonly time: ServerTime
  readonly coder: RecordCoder
  readonly inboxHead: string
  /** `undefined` before anybody listens. */
  mailbox(): Mailbox | undefined
}

/**
 * Bytes of a record that is sent along with the wakes: a second copy on its way to the server, against a round trip of each
 * process that waits.
 */
const MOST_SENT_ALONG = 4096

/** The acts of the lease protocol: the right to load, and how a load ends. */
export class LeaseActs {
  readonly #parts: LeaseParts

  constructor(parts: LeaseParts) {
    this.#parts = parts
  }

  async acquire(key: string, request: AcquireRequest, operation: Operation): Promise<Acquired> {
    const { coder, inboxHead, time } = this.#parts
    const unknown = time.unknown(operation)
    if (unknown !== undefined) await unknown
    const mailbox = this.#parts.mailbox()
    const settling = mailbox?.whenSettled()
    if (settling !== undefined) await untilAborted(settling, operation.signal)
    const { token, leaseMs, seen, stamp, need } = request
    // Before the call: a wake that was sent while we could not hear is a wake that we must make up for.
    const epoch = mailbox?.epoch
    const args = [token, String(leaseMs), seen ?? '', String(stamp), String(need)]
    const reply = await this.#do(key, ACQUIRE.call(key, inboxHead, ...args), operation)
    const [outcome, detail, remaining] = reply as [Buffer, Reply, number]
    switch (String(outcome)) {
      case 'lease':
        return { outcome: 'lease', stolen: detail === 1 }
      case 'bypass':
        return { outcome: 'bypass' }
      case 'busy':
        mailbox?.waits(key, epoch)
        return { outcome: 'busy', holder: String(detail), remainingMs: remaining }
      default:
        return { outcome: 'hit', record: coder.decodeAlive(key, detail) }
    }
  }

  async commit(key: string, token: Token, entry: Entry, operation: Operation): Promise<boolean> {
    const { coder, inboxHead, time } = this.#parts
    const payload = coder.payload(key, entry.value)
    const unknown = time.unknown(operation)
    if (unknown !== undefined) await unknown
    const record = coder.encode(entry, payload)
    const text = record.byteLength <= MOST_SENT_ALONG ? record.toString('base64') : ''
    const call = COMMIT.call(key, inboxHead, token, record, text)
    return (await this.#do(key, call, operation)) === 1
  }

  async renew(key: string, token: Token, leaseMs: number, operation: Operation): Promise<boolean> {
    return (await this.#do(key, RENEW.call(key, token, String(leaseMs)), operation)) === 1
  }

  async release(
    key: string,
    token: Token,
    operation: Operation & { mark?: Ending },
  ): Promise<void> {
    const { coder, inboxHead, time } = this.#parts
    const { mark } = operation
    if (mark === undefined || !(mark.forMs > 0)) {
      await this.#do(key, RELEASE.call(key, inboxHead, token, ''), operation)
      return
    }
    const unknown = time.unknown(operation)
    if (unknown !== undefined) await unknown
    const { forMs, ...rest } = mark
    const record = coder.encodeMark({ ...rest, token }, forMs)
    const args = [token, record, String(forMs), record.toString('base64')]
    await this.#do(key, RELEASE.call(key, inboxHead, ...args), operation)
  }

  async #do(key: string, call: Call, operation: Operation): Promise<Reply | undefined> {
    const [reply] = await this.#parts.lines.of(key).run([call], operation)
    return reply
  }
}
