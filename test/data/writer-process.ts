import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { WriterSetup } from '../programs/writers/writer.ts'
import type { HistoryWriter } from './history.ts'

/** How long after its death what a writer has announced is invalidated: long enough for a busy machine to commit in between. */
const ANNOUNCED_MS = 1000

type How = 'plain' | 'transaction' | 'rolled back'
interface Said {
  readonly turn: number
  readonly said: string
}

/** A second process that writes to the same database, through the same library, and shares the cache's Redis. */
export class WriterProcess {
  readonly #setup: WriterSetup
  readonly #execPath: string
  #child: Promise<ChildProcess> | undefined
  #turn = 0

  /** @param execPath the Node that runs it */
  constructor(setup: Omit<WriterSetup, 'timeout'>, timeout: string, execPath = process.execPath) {
    this.#setup = { ...setup, timeout }
    this.#execPath = execPath
  }

  /** Starts it ahead of its first write. */
  start(): Promise<ChildProcess> {
    return (this.#child ??= this.#open())
  }

  /** Resolves when its write has, there. */
  async write(ids: readonly number[], how: How): Promise<void> {
    await this.#told(ids, how, false, 'done')
  }

  /** Writes, and stops between COMMIT and its invalidation. @returns what lets it go on, and resolves when its write has */
  async held(ids: readonly number[]): Promise<() => Promise<void>> {
    const turn = await this.#told(ids, 'transaction', true, 'committed')
    return async () => {
      const child = await this.start()
      const done = this.#answer(child, turn, 'done')
      child.send('go on')
      await done
    }
  }

  /** Writes, and is killed between COMMIT and its invalidation. */
  async killed(ids: readonly number[]): Promise<void> {
    await this.#told(ids, 'transaction', true, 'committed')
    await this.stop()
  }

  async stop(): Promise<void> {
    const child = await this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async #told(ids: readonly number[], how: How, holds: boolean, said: string): Promise<number> {
    const child = await this.start()
    const turn = ++this.#turn
    const answer = this.#answer(child, turn, said)
    child.send({ turn, ids, how, holds })
    await answer
    return turn
  }

  async #open(): Promise<ChildProcess> {
    const args = [JSON.stringify(this.#setup)]
    const options = { execPath: this.#execPath, execArgv: [] }
    const child = fork('.build/test/programs/data-writer.js', args, options)
    child.setMaxListeners(0)
    await this.#answer(child, 0, 'ready')
    return child
  }

  #answer(child: ChildProcess, turn: number, said: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const hear = (message: Said): void => {
        if (message.turn !== turn) return
        end()
        if (message.said === said) resolve()
        else reject(new Error(`${this.#setup.by} said in its own process: ${message.said}`))
      }
      const lost = (): void => {
        end()
        reject(new Error(`The process of ${this.#setup.by} ended before it said '${said}'.`))
      }
      const end = (): void => {
        child.off('message', hear)
        child.off('exit', lost)
      }
      child.on('message', hear)
      child.on('exit', lost)
    })
  }
}

/** A process that lives, and one that is killed again and again. */
export class WriterProcesses {
  readonly living: WriterProcess
  readonly dying: WriterProcess

  constructor(setup: Omit<WriterSetup, 'timeout'>, execPath?: string) {
    this.living = new WriterProcess(setup, '30s', execPath)
    this.dying = new WriterProcess(setup, `${ANNOUNCED_MS}ms`, execPath)
  }

  get writers(): HistoryWriter[] {
    let killing: Promise<void> = Promise.resolve()
    return [
      { name: 'a second process', write: (ids) => this.living.write(ids, 'plain') },
      {
        name: 'a transaction of a second process',
        write: (ids) => this.living.write(ids, 'transaction'),
      },
      {
        name: 'one that a second process rolls back',
        keeps: () => [],
        write: (ids) => this.living.write(ids, 'rolled back'),
      },
      {
        name: 'a process that is killed after COMMIT',
        mayFail: true,
        write: async (ids) => {
          await (killing = killing.then(() => this.dying.killed(ids)))
          throw new Error('killed')
        },
      },
    ]
  }

  async stop(): Promise<void> {
    await Promise.all([this.living.stop(), this.dying.stop()])
  }
}
