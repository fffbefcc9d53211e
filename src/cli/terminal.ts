import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import type { ReadStream, WriteStream } from 'node:tty'
import { type Paint, paintOf, wantsColour } from './paint.ts'

type Output = Pick<WriteStream, 'write' | 'isTTY' | 'columns' | 'rows' | 'writableNeedDrain'> &
  NodeJS.EventEmitter

interface Streams {
  readonly stdin: ReadStream
  readonly stdout: Output
  readonly stderr: Output
}

/** How often a line of progress is written anew, at most. */
const PROGRESS_MS = 100
const CLEAR_LINE = '\r\u001b[K'

/** Where a command writes: data goes to stdout, everything else to stderr, so that the one can be piped. */
export class Terminal {
  readonly #streams: Streams
  readonly paint: Paint
  /** For what is said beside the data. */
  readonly sidePaint: Paint
  #progressAt = 0
  #hasProgress = false

  constructor(
    streams: Streams,
    env: Readonly<Record<string, string | undefined>>,
    colour: boolean | undefined,
  ) {
    this.#streams = streams
    this.paint = paintOf(wantsColour(colour, env, streams.stdout.isTTY))
    this.sidePaint = paintOf(wantsColour(colour, env, streams.stderr.isTTY))
  }

  /** Somebody looks at what is written. */
  get isTty(): boolean {
    return this.#streams.stdout.isTTY
  }

  get columns(): number | undefined {
    return this.isTty ? this.#streams.stdout.columns : undefined
  }

  get rows(): number {
    return this.#streams.stdout.rows ?? 24
  }

  /** Somebody can be asked. */
  get canAsk(): boolean {
    return this.#streams.stdin.isTTY && this.#streams.stderr.isTTY
  }

  get streams(): Streams {
    return this.#streams
  }

  /** Data. */
  write(text: string | Uint8Array): void {
    this.#clearProgress()
    this.#streams.stdout.write(text)
  }

  writeLine(text = ''): void {
    this.write(`${text}\n`)
  }

  /** Waits until what was written is on its way: whoever writes much asks after each part. */
  async drained(): Promise<void> {
    if (this.#streams.stdout.writableNeedDrain) await once(this.#streams.stdout, 'drain')
  }

  /** Chatter: a line beside the data. */
  say(text: string): void {
    this.#clearProgress()
    this.#streams.stderr.write(`${text}\n`)
  }

  /** A line that the next one replaces; only where somebody looks at it. */
  progress(text: string): void {
    const now = performance.now()
    if (!this.#streams.stderr.isTTY || now - this.#progressAt < PROGRESS_MS) return
    this.#progressAt = now
    this.#hasProgress = true
    this.#streams.stderr.write(`${CLEAR_LINE}${this.sidePaint.dim(text)}`)
  }

  #clearProgress(): void {
    if (!this.#hasProgress) return
    this.#hasProgress = false
    this.#streams.stderr.write(CLEAR_LINE)
  }

  /** The work whose progress was shown is over. */
  endProgress(): void {
    this.#clearProgress()
    this.#progressAt = 0
  }

  /** Whether the answer to a question is yes. */
  async ask(question: string, signal: AbortSignal): Promise<boolean> {
    const { stdin, stderr } = this.#streams
    const lines = createInterface({ input: stdin, output: stderr as WriteStream })
    // Of a line that is being edited Ctrl-C is a key, not a signal.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    try {
      const answer = await lines.question(`${question} [y/N] `, { signal })
      return /^y(es)?$/i.test(answer.trim())
    } finally {
      lines.close()
    }
  }
}
