import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import type { Confirmed } from './judge.ts'
import type { FromWorker, ReadRecord, ToWorker, WorkerSettings } from './messages.ts'

const WORKER = resolve('.build/test/history/worker.js')

/** The processes of one case, the source that they load from, and everything that they report. */
export class Fleet {
  readonly reads: ReadRecord[] = []
  readonly confirmed: (Confirmed & { readonly reach: 'store' | 'everywhere' })[] = []
  loads = 0
  errors = 0
  notApplied = 0
  readonly #settings: Omit<WorkerSettings, 'readers'>
  readonly #versions = new Map<string, number>()
  readonly #readers = new Set<ChildProcess>()
  readonly #writers = new Set<ChildProcess>()

  constructor(settings: Omit<WorkerSettings, 'readers'>) {
    this.#settings = settings
    for (const key of settings.keys) this.#versions.set(key, 1)
  }

  async start(processes: number, readers: number, writers: number): Promise<void> {
    const started = [
      ...Array.from({ length: processes }, () => this.#start(this.#readers, readers)),
      ...Array.from({ length: writers }, () => this.#start(this.#writers, 0)),
    ]
    await Promise.all(started)
  }

  /** Stops a reading process for a while, as a long garbage collection or a suspended machine would. */
  async freeze(ms: number): Promise<void> {
    const child = pick([...this.#readers])
    if (child === undefined) return
    child.kill('SIGSTOP')
    await new Promise((settle) => setTimeout(settle, ms))
    child.kill('SIGCONT')
  }

  /** One reading process computes something for so long and does nothing else. */
  block(ms: number): void {
    const child = pick([...this.#readers])
    if (child !== undefined) send(child, { kind: 'block', ms })
  }

  /** Kills a reading process, which may hold leases, and starts another one. */
  async replaceOne(readers: number): Promise<void> {
    const child = pick([...this.#readers])
    if (child === undefined) return
    this.#readers.delete(child)
    child.kill('SIGKILL')
    await this.#start(this.#readers, readers)
  }

  /** The writers write no more, but are there. */
  quiet(): void {
    for (const child of this.#writers) send(child, { kind: 'quiet' })
  }

  async stop(): Promise<void> {
    const all = [...this.#readers, ...this.#writers]
    await Promise.all(
      all.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = new Promise((settle) => child.once('exit', settle))
        const timer = setTimeout(() => child.kill('SIGKILL'), 12_000)
        send(child, { kind: 'stop' })
        await gone
        clearTimeout(timer)
      }),
    )
  }

  async #start(into: Set<ChildProcess>, readers: number): Promise<void> {
    const child = fork(WORKER, [JSON.stringify({ ...this.#settings, readers })])
    into.add(child)
    await new Promise<void>((settle, fail) => {
      child.once('exit', (code) => fail(new Error(`a worker ended with code ${code}`)))
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') settle()
        this.#hear(child, message)
      })
    })
  }

  #hear(child: ChildProcess, message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        return
      case 'source': {
        const { id, key, write } = message
        const version = (this.#versions.get(key) ?? 1) + (write ? 1 : 0)
        this.#versions.set(key, version)
        send(child, { kind: 'version', id, version })
        return
      }
      case 'reads':
        for (const read of message.reads) this.reads.push(read)
        this.loads += message.loads
        this.errors += message.errors
        return
      case 'invalidated': {
        const { key, version, end, applied, reach } = message
        if (applied) this.confirmed.push({ key, version, from: end, reach })
        else this.notApplied++
      }
    }
  }
}

function send(child: ChildProcess, message: ToWorker): void {
  // A process that was killed hears nothing.
  if (child.connected) child.send(message, () => {})
}

function pick<T>(from: readonly T[]): T | undefined {
  return from[Math.floor(Math.random() * from.length)]
}
