import { type Fields, fieldFaults, lines, type WantedFields } from './fields.ts'
import type { Step } from './step.ts'
import type { Watch } from './watch.ts'

/** What a view is asked, however the request has reached it. */
export interface ViewCall {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** `[name, value, …]`. */
  readonly fields: readonly string[]
  readonly body: Promise<string>
  /** A field as the view itself reads it, which a page cache around it may notice. */
  read(name: string): string | undefined
  /** How it answers. */
  readonly sink: Sink
}

/** Where a view writes. */
export interface Sink {
  /** An interim answer, 103. */
  hint(fields: readonly string[]): void
  head(status: number, reason: string, fields: readonly string[]): void
  write(bytes: Buffer): void
  end(): void
  /** Ends the connection, or throws, without an answer or in the middle of it. */
  break(): void
}

/** What a view says. */
export interface Said {
  /** Default 200. */
  readonly status?: number
  readonly reason?: string
  /** `Date` is the scenario's time unless it is given. */
  readonly fields?: Fields
  /** Default `page 1` for the first request that the view receives, and so on. */
  readonly body?: string | Buffer
}

interface Wanted {
  readonly method?: string
  readonly target?: string
  readonly fields?: WantedFields
  readonly body?: string
}

const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** The origin of pages: does what the scenario says, and nothing by itself. */
export class View {
  readonly #watch: Watch
  readonly #now: () => number
  /** Received by no step yet. */
  readonly #waiting: ViewCall[] = []
  /** Received, and not answered to the end. */
  readonly #open: ViewCall[] = []
  #count = 0
  readonly #numbers = new Map<ViewCall, number>()

  constructor(watch: Watch, now: () => number) {
    this.#watch = watch
    this.#now = now
    watch.tells(() => {
      const left = this.unanswered()
      return left.length === 0 ? undefined : `the view has not answered ${left.join(' and ')}`
    })
  }

  /** Hands a request to the view. */
  call(call: ViewCall): void {
    this.#count++
    this.#numbers.set(call, this.#count)
    this.#waiting.push(call)
    this.#watch.changed()
  }

  /** The requests that nobody has answered. */
  unanswered(): readonly string[] {
    return [...this.#open, ...this.#waiting].map(({ method, target }) => `${method} ${target}`)
  }

  /** Waits for a request that no step has received, in the order in which they came. */
  receives(wanted: Wanted = {}): Step {
    return { says: `the view receives ${named(wanted)}`, act: () => this.#receive(wanted) }
  }

  /** Answers the oldest request that was received; receives one first if there is none. */
  answers(said: Said = {}): Step {
    return {
      says: `the view answers ${said.status ?? 200}`,
      act: async () => {
        const call = await this.#oldest()
        this.#begin(call, said)
        this.#end(call, said)
      },
    }
  }

  /** Reads a field of the oldest request, and finds this in it. */
  reads(name: string, value: string | undefined): Step {
    return {
      says: `the view reads ${name}`,
      act: async () => {
        const got = (await this.#oldest()).read(name)
        if (got !== value) throw new Error(`expected ${name} ${value}, got ${got}`)
      },
    }
  }

  /** An interim answer before the answer. */
  hints(fields: Fields): Step {
    return {
      says: 'the view answers 103 for now',
      act: async () => (await this.#oldest()).sink.hint(lines(fields, this.#now())),
    }
  }

  /** The head alone, and the body as far as it is given. */
  begins(said: Said = {}): Step {
    return {
      says: `the view begins to answer ${said.status ?? 200}`,
      act: async () => {
        const call = await this.#oldest()
        this.#begin(call, said)
        call.sink.write(Buffer.from((said.body ?? '') as string))
      },
    }
  }

  /** More of the body. */
  sends(text: string): Step {
    return {
      says: `the view sends ${JSON.stringify(text)}`,
      act: async () => (await this.#oldest()).sink.write(Buffer.from(text)),
    }
  }

  ends(): Step {
    return {
      says: 'the view ends its answer',
      act: async () => {
        const call = await this.#oldest()
        this.#open.splice(this.#open.indexOf(call), 1)
        call.sink.end()
      },
    }
  }

  /** Breaks off, before or within its answer. */
  breaks(): Step {
    return {
      says: 'the view breaks off',
      act: async () => {
        const call = await this.#oldest()
        this.#open.splice(this.#open.indexOf(call), 1)
        call.sink.break()
      },
    }
  }

  /** Requests so far. */
  wasAsked(times: number): Step {
    return {
      says: `the view was asked ${times} times`,
      act: () => {
        if (this.#count !== times) throw new Error(`it was asked ${this.#count} times`)
      },
    }
  }

  async #receive(wanted: Wanted): Promise<void> {
    const call = await this.#watch.until(
      () => this.#waiting.shift(),
      `the view waits for ${named(wanted)}`,
    )
    this.#open.push(call)
    const faults = [...fieldFaults(call.fields, wanted.fields ?? {}, this.#now())]
    for (const part of ['method', 'target'] as const) {
      const want = wanted[part]
      if (want !== undefined && call[part] !== want) {
        faults.push(`expected ${part} ${want}, got ${call[part]}`)
      }
    }
    if (wanted.body !== undefined && (await call.body) !== wanted.body) {
      faults.push(
        `expected body ${JSON.stringify(wanted.body)}, got ${JSON.stringify(await call.body)}`,
      )
    }
    if (faults.length > 0) throw new Error(faults.join('; '))
  }

  async #oldest(): Promise<ViewCall> {
    if (this.#open.length === 0) await this.#receive({})
    return this.#open[0] as ViewCall
  }

  #begin(call: ViewCall, said: Said): void {
    const named = Object.keys(said.fields ?? {}).map((name) => name.toLowerCase())
    const dated: Fields = named.includes('date')
      ? {}
      : { Date: (now) => new Date(now).toUTCString() }
    const fields = lines({ ...dated, ...said.fields }, this.#now())
    call.sink.head(said.status ?? 200, said.reason ?? '', fields)
  }

  #end(call: ViewCall, said: Said): void {
    this.#open.splice(this.#open.indexOf(call), 1)
    const bodiless = call.method === 'HEAD' || BODILESS.has(said.status ?? 200)
    if (!bodiless) {
      const body = said.body ?? `page ${this.#numbers.get(call)}`
      call.sink.write(Buffer.from(body as string))
    }
    call.sink.end()
  }
}

function named({ method = '', target = '' }: Wanted): string {
  return `${method} ${target}`.trim() || 'a request'
}
