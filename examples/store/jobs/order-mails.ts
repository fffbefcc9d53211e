// One mail after each order. The database says which are due, and the queue sees to it that they go out soon: a queue that is
// away, that lost its jobs, or a shop that died between order and job costs time and no mail.
import { findDueMail, listDueMails, settleMail } from '../data/mails-due.ts'
import type { DueMail } from '../data/mails-due.ts'
import type { Query } from '../database/database.ts'
import type { Mail, MailService } from '../mails/stand-in.ts'
import { price } from '../pages/format.ts'
import type { JobQueue, Work } from './queue.ts'

const HAND_OVER_EVERY_MS = 5_000
const AT_ONCE = 200

export function orderMailWork(query: Query, mails: MailService): Work<{ id: string }> {
  return {
    name: 'mails',
    concurrency: 4,
    // Two hours: a provider's outage is to be over before somebody has to look after it.
    attempts: 14,
    keepFailed: true,
    async run({ id }) {
      const due = await findDueMail(query, id)
      if (due === undefined) return
      await mails.send(writeMail(id, due))
      await settleMail(query, id)
    },
  }
}

function writeMail(id: string, { email, items, name, orderId }: DueMail): Mail {
  const rows = items.map(
    (item) => `${item.quantity} × ${item.name}, ${price(item.priceCents)} each`,
  )
  const text = `Dear ${name},\n\nyour order ${orderId} is on its way to the packing table:\n\n${rows.join('\n')}\n`
  return { id, to: email, subject: `Your order ${orderId}`, text }
}

/** Hands what is due to the queue: now and then, and when told to. */
export class HandOver {
  readonly #query: Query
  readonly #queue: JobQueue<{ id: string }>
  readonly #timer: NodeJS.Timeout
  #turn: Promise<void> | undefined
  #again = false

  constructor(query: Query, queue: JobQueue<{ id: string }>) {
    this.#query = query
    this.#queue = queue
    this.#timer = setInterval(() => this.now(), HAND_OVER_EVERY_MS)
    this.now()
  }

  /** Whoever calls it need not wait, and it does not fail. */
  now(): void {
    this.#again = true
    this.#turn ??= this.#run()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#again = false
    await this.#turn
  }

  async #run(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false
        let ids: string[] = []
        do {
          ids = await listDueMails(this.#query, ids.at(-1) ?? '', AT_ONCE)
          // Those that are there already stay as they are.
          await Promise.all(ids.map((id) => this.#queue.add(id, { id })))
        } while (ids.length === AT_ONCE)
      }
    } catch {
      // The database or the queue is away: nothing is lost, and the next turn comes.
    } finally {
      this.#turn = undefined
    }
  }
}
