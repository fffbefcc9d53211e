import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Order, Report, Way } from './messages.ts'

const WORKER = resolve('.build/test/attack/race/worker.js')

/** A process of the site, from outside. */
export class SiteProcess {
  readonly #child: ChildProcess
  readonly #answers = new Map<number, (value: string) => void>()
  readonly #begun: number[] = []
  #next: { readonly begun: Promise<number>; readonly tell: (view: number) => void } | undefined
  #orders = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (report: Report) => this.#hear(report))
  }

  /** @param url of Redis; without it the process keeps its pages in its memory */
  static async start(settings: {
    readonly prefix: string
    readonly url?: string
  }): Promise<SiteProcess> {
    const child = fork(WORKER, [JSON.stringify(settings)])
    await once(child, 'message')
    return new SiteProcess(child)
  }

  async get(path: string, language: string): Promise<string> {
    return await this.#order({ kind: 'get', path, language })
  }

  async invalidate(way: Way, path: string): Promise<void> {
    await this.#order({ kind: 'invalidate', way, path })
  }

  async waits(): Promise<number> {
    return Number(await this.#order({ kind: 'waits' }))
  }

  /** Resolves with the number of the view that begins next, or has begun, and is still to go on. */
  async nextView(): Promise<number> {
    if (this.#next === undefined) {
      let tell!: (view: number) => void
      const begun = new Promise<number>((settle) => {
        tell = settle
      })
      this.#next = { begun, tell }
      const waiting = this.#begun.shift()
      if (waiting !== undefined) tell(waiting)
    }
    return await this.#next.begun
  }

  async goOn(view: number, version: number): Promise<void> {
    this.#next = undefined
    await this.#order({ kind: 'version', view, version })
  }

  async stop(): Promise<void> {
    await this.#order({ kind: 'close' })
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }

  async #order(order: DistributiveOmit<Order, 'id'>): Promise<string> {
    const id = ++this.#orders
    return await new Promise((settle) => {
      this.#answers.set(id, settle)
      this.#child.send({ ...order, id })
    })
  }

  #hear(report: Report): void {
    if (report.kind === 'done') {
      this.#answers.get(report.id)?.(report.value)
      this.#answers.delete(report.id)
    } else if (report.kind === 'view') {
      if (this.#next === undefined) this.#begun.push(report.view)
      else this.#next.tell(report.view)
    }
  }
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never
