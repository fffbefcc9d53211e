import type { Terminal } from './terminal.ts'

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const END_OF_LINE = '\u001b[K'
const REST = '\u001b[J'
const CTRL_C = '\u0003'

/**
 * The whole of a terminal, drawn anew as often as it takes. However the command ends, the terminal is what it was before: its
 * own screen, its cursor, its keys.
 */
export class Screen {
  readonly #terminal: Terminal
  readonly #onKey: (key: string) => void
  readonly #onResize: () => void
  readonly #leave = (): void => this.close()
  readonly #hangUp = (): void => process.exit(129)
  readonly #keys = (chunk: Buffer): void => {
    for (const key of chunk.toString('utf8')) {
      // A terminal that hands over every key hands over this one, too.
      if (key === CTRL_C) process.kill(process.pid, 'SIGINT')
      else this.#onKey(key)
    }
  }
  #isOpen = true

  constructor(
    terminal: Terminal,
    on: { readonly key: (key: string) => void; readonly resize: () => void },
  ) {
    this.#terminal = terminal
    this.#onKey = on.key
    this.#onResize = on.resize
    const { stdin, stdout } = terminal.streams
    process.on('exit', this.#leave)
    process.on('SIGHUP', this.#hangUp)
    stdout.on('resize', this.#onResize)
    if (stdin.isTTY) {
      stdin.setRawMode(true)
      stdin.on('data', this.#keys)
      stdin.resume()
    }
    stdout.write(ENTER)
  }

  /** Shows these lines, and at the bottom the last. */
  draw(lines: readonly string[], last: string): void {
    const { rows } = this.#terminal
    const filled = lines.slice(0, rows - 1)
    while (filled.length < rows - 1) filled.push('')
    const text = [...filled, last].join(`${END_OF_LINE}\r\n`)
    this.#terminal.streams.stdout.write(`${HOME}${text}${END_OF_LINE}${REST}`)
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { stdin, stdout } = this.#terminal.streams
    process.off('exit', this.#leave)
    process.off('SIGHUP', this.#hangUp)
    stdout.off('resize', this.#onResize)
    if (stdin.isTTY) {
      stdin.off('data', this.#keys)
      stdin.setRawMode(false)
      stdin.pause()
    }
    stdout.write(LEAVE)
  }
}
