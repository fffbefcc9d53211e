import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type Fields, fieldFaults, joined, lines, type WantedFields } from './fields.ts'
import type { Step } from './step.ts'
import type { Watch } from './watch.ts'

/** A request as a client sends it. */
export interface Asked {
  readonly method: string
  readonly target: string
  /** `[name, value, …]`. */
  readonly fields: readonly string[]
  readonly body: string | undefined
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal
}

/** What a client is told of its answer while that comes. */
export interface Listener {
  head(status: number, fields: readonly string[]): void
  chunk(bytes: Buffer): void
  /** @param whole false when it was cut */
  end(whole: boolean): void
}

/** How requests travel to the site. */
export type Send = (asked: Asked, listener: Listener) => void

interface Ask {
  /** Default GET. */
  readonly method?: string
  readonly fields?: Fields
  readonly body?: string
}

/** What an answer must be; what is not given is not looked at. */
interface Wanted {
  readonly status?: number
  readonly body?: string | Buffer
  /** The body without its content coding. */
  readonly decoded?: string
  /** Seconds in the field Age; `undefined` when given for none. */
  readonly age?: number | undefined
  readonly fields?: WantedFields
}

interface Answer {
  readonly question: string
  readonly leave: AbortController
  status: number | undefined
  fields: readonly string[]
  readonly chunks: Buffer[]
  ended: 'whole' | 'cut' | undefined
}

/** Somebody who asks the site. One question at a time: the next may be asked when the answer to the last has come. */
export class Client {
  readonly name: string
  readonly #send: Send
  readonly #watch: Watch
  readonly #now: () => number
  readonly #settle: () => Promise<void>
  #answer: Answer | undefined

  constructor(
    name: string,
    stage: { send: Send; watch: Watch; now: () => number; settle: () => Promise<void> },
  ) {
    this.name = name
    this.#send = stage.send
    this.#watch = stage.watch
    this.#now = stage.now
    this.#settle = stage.settle
    this.#watch.tells(() => {
      const answer = this.#answer
      if (answer === undefined || answer.ended !== undefined) return undefined
      return `client ${name} has ${answer.status === undefined ? 'nothing' : 'a part'} of ${answer.question}`
    })
  }

  /** A field of the last answer, for what the client asks next. */
  saw(field: string): () => string {
    return () => joined(this.#answer?.fields ?? [], field) ?? ''
  }

  asks(target: string, ask: Ask = {}): Step {
    const { method = 'GET' } = ask
    return {
      says: `client ${this.name} asks ${method} ${target}`,
      act: () => {
        const leave = new AbortController()
        const answer: Answer = {
          question: `${method} ${target}`,
          leave,
          status: undefined,
          fields: [],
          chunks: [],
          ended: undefined,
        }
        // Before the new answer takes the place of the last, of which they may tell.
        const fields = lines(ask.fields ?? {}, this.#now())
        this.#answer = answer
        if (joined(fields, 'host') === undefined) fields.unshift('Host', 'site.test')
        this.#send(
          { method, target, fields, body: ask.body, signal: leave.signal },
          {
            head: (status, got) => {
              answer.status = status
              answer.fields = got
              this.#watch.changed()
            },
            chunk: (bytes) => {
              answer.chunks.push(bytes)
              this.#watch.changed()
            },
            end: (whole) => {
              answer.ended ??= whole ? 'whole' : 'cut'
              this.#watch.changed()
            },
          },
        )
      },
    }
  }

  /** Waits for the whole answer, then until the cache has kept what it will keep. */
  gets(wanted: Wanted): Step {
    return {
      says: `client ${this.name} gets ${wanted.status ?? 'an answer'}`,
      act: async () => {
        const answer = await this.#until('the answer', (each) => {
          return each.ended === undefined ? undefined : each
        })
        const faults = this.#faults(answer, wanted)
        if (answer.ended === 'cut') faults.unshift('the answer was cut')
        if (faults.length > 0) throw new Error(`${faults.join('; ')} (${shown(answer)})`)
        await this.#settle()
      },
    }
  }

  /** Waits for the head and this beginning of the body. */
  has(beginning: string, wanted: Wanted = {}): Step {
    return {
      says: `client ${this.name} has ${JSON.stringify(beginning)} of its answer`,
      act: async () => {
        const answer = await this.#until(`${JSON.stringify(beginning)} of the answer`, (each) => {
          return each.status !== undefined && bodyOf(each).startsWith(beginning) ? each : undefined
        })
        const faults = this.#faults(answer, wanted)
        if (faults.length > 0) throw new Error(`${faults.join('; ')} (${shown(answer)})`)
      },
    }
  }

  /** Waits for an answer that breaks off. */
  isCutOff(): Step {
    return {
      says: `client ${this.name} is cut off`,
      act: async () => {
        const answer = await this.#until('the end of the answer', (each) => {
          return each.ended === undefined ? undefined : each
        })
        if (answer.ended === 'whole') throw new Error(`the answer was whole (${shown(answer)})`)
        await this.#settle()
      },
    }
  }

  /** Goes away without waiting for the rest. */
  leaves(): Step {
    return {
      says: `client ${this.name} leaves`,
      act: () => {
        if (this.#answer !== undefined) this.#answer.ended ??= 'cut'
        this.#answer?.leave.abort()
      },
    }
  }

  async #until<T>(what: string, find: (answer: Answer) => T | undefined): Promise<T> {
    const answer = this.#answer
    if (answer === undefined) throw new Error('it has asked nothing')
    const waiter = `client ${this.name} waits for ${what} to ${answer.question}`
    return await this.#watch.until(() => find(answer), waiter)
  }

  #faults(answer: Answer, wanted: Wanted): string[] {
    const faults = [...fieldFaults(answer.fields, wanted.fields ?? {}, this.#now())]
    if (wanted.status !== undefined && answer.status !== wanted.status) {
      faults.unshift(`expected status ${wanted.status}, got ${answer.status}`)
    }
    if ('age' in wanted) {
      const age = wanted.age === undefined ? undefined : String(wanted.age)
      faults.push(...fieldFaults(answer.fields, { Age: age }, this.#now()))
    }
    if (wanted.body !== undefined) {
      const got = Buffer.concat(answer.chunks)
      if (!got.equals(Buffer.from(wanted.body as string))) {
        faults.push(`expected body ${JSON.stringify(String(wanted.body))}`)
      }
    }
    if (wanted.decoded !== undefined && decoded(answer) !== wanted.decoded) {
      faults.push(`expected body ${JSON.stringify(wanted.decoded)} when decoded`)
    }
    return faults
  }
}

function decoded(answer: Answer): string {
  const body = Buffer.concat(answer.chunks)
  const coding = joined(answer.fields, 'content-encoding')
  if (coding === 'gzip') return gunzipSync(body).toString()
  return coding === 'br' ? brotliDecompressSync(body).toString() : body.toString()
}

function bodyOf(answer: Answer): string {
  return Buffer.concat(answer.chunks).toString()
}

function shown(answer: Answer): string {
  const fields: string[] = []
  for (let index = 0; index + 1 < answer.fields.length; index += 2) {
    fields.push(`${answer.fields[index]}: ${answer.fields[index + 1]}`)
  }
  const head = `${answer.question} was answered ${answer.status} with ${fields.join(', ')}`
  return `${head} and the body ${JSON.stringify(bodyOf(answer).slice(0, 200))}`
}
