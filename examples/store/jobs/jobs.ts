import type { Catalogue } from '../catalogue.ts'
import type { Query } from '../database/database.ts'
import type { MailService } from '../mails/stand-in.ts'
import { BullQueue } from './bull-queue.ts'
import { LocalQueue } from './local-queue.ts'
import { HandOver, orderMailWork } from './order-mails.ts'
import type { JobCounts, JobQueue, Work } from './queue.ts'
import { Warmer, warmingWork } from './warming.ts'

export interface JobsParts {
  readonly redisUrl: string | undefined
  readonly catalogue: Catalogue
  readonly query: Query
  readonly mails: MailService
  /** The shop's own function from request to response. Not called before `start`. */
  readonly visit: (url: string) => Promise<Response>
}

/** `undefined` while a queue does not answer. */
export type JobNumbers = Readonly<Record<'mails' | 'warming', JobCounts | undefined>>

/** What the shop does when nobody waits for it. */
export class Jobs {
  readonly name: string
  readonly #mails: JobQueue<{ id: string }>
  readonly #warming: JobQueue<{ url: string }>
  readonly #handOver: HandOver
  readonly #warmer: Warmer
  /** Acts that were begun for nobody who waits. */
  readonly #begun = new Set<Promise<void>>()

  constructor({ catalogue, mails, query, redisUrl, visit }: JobsParts) {
    const open = <Data>(work: Work<Data>): JobQueue<Data> =>
      redisUrl ? new BullQueue(work, redisUrl) : new LocalQueue(work)
    this.name = redisUrl ? 'BullMQ on the same Redis' : 'in this process'
    this.#mails = open(orderMailWork(query, mails))
    this.#warming = open(warmingWork(visit))
    this.#handOver = new HandOver(query, this.#mails)
    this.#warmer = new Warmer(catalogue, this.#warming)
  }

  start(): void {
    this.#mails.start()
    this.#warming.start()
  }

  /** @param origin where visitors find the shop */
  shopOpened(origin: string): void {
    this.#begin(this.#warmer.warmEntrance(origin))
  }

  orderPlaced(): void {
    this.#handOver.now()
  }

  priceChanged(origin: string, productId: number): void {
    this.#begin(this.#warmer.warmProduct(origin, productId))
  }

  async numbers(): Promise<JobNumbers> {
    const [mails, warming] = await Promise.all(
      [this.#mails, this.#warming].map((queue) => queue.counts().catch(() => undefined)),
    )
    return { mails, warming }
  }

  async close(): Promise<void> {
    await this.#handOver.close()
    await Promise.all(this.#begun)
    await Promise.all([this.#mails.close(), this.#warming.close()])
  }

  #begin(act: Promise<void>): void {
    const begun = act
      .catch((error: unknown) => console.error(`No page was warmed: ${String(error)}`))
      .finally(() => this.#begun.delete(begun))
    this.#begun.add(begun)
  }
}
