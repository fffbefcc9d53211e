/** What is sent: a line without its end, and for a change the bytes that follow it. */
export interface Command {
  readonly line: string
  readonly body?: Buffer
}

/** One answer. Each command has exactly one: nothing is sent in quiet mode. */
export interface Reply {
  /** Its first word: `HD`, `VA`, `EN`, `NF`, `NS`, `EX`, `OK`, `SERVER_ERROR` and so on. */
  readonly code: string
  readonly words: readonly string[]
  readonly body: Buffer | undefined
  /** Of `stats`: its rows. */
  readonly rows: ReadonlyMap<string, string>
}

const NO_ROWS: ReadonlyMap<string, string> = new Map()
const END = Buffer.from('\r\n')

/** The value of a flag in an answer: of `c` in `HD c12 t30` it is `12`. */
export function flagOf(reply: Reply, flag: string): string | undefined {
  const from = reply.code === 'VA' ? 1 : 0
  return reply.words
    .slice(from)
    .find((word) => word.startsWith(flag))
    ?.slice(1)
}

/** The text of an answer, for messages. */
export function replyText({ code, words }: Reply): string {
  return [code, ...words].join(' ')
}

/** Takes bytes as they come and gives whole answers. */
export class ReplyReader {
  readonly #answer: (reply: Reply) => void
  #chunks: Buffer[] = []
  #length = 0
  /** Nothing can be read before there are so many bytes. */
  #needed = 0
  #rows: Map<string, string> | undefined

  constructor(answer: (reply: Reply) => void) {
    this.#answer = answer
  }

  /** @throws {Error} when it is not the protocol of Memcached */
  take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed) return
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    this.#needed = 0
    let at = 0
    for (;;) {
      const end = bytes.indexOf(END, at)
      if (end === -1) break
      const [code = '', ...words] = bytes.toString('utf8', at, end).trimEnd().split(' ')
      const next = end + END.length
      if (code === 'VA') {
        const size = Number(words[0])
        if (!Number.isSafeInteger(size)) throw new Error('an answer that is not of Memcached')
        if (bytes.length < next + size + END.length) {
          this.#needed = next - at + size + END.length
          break
        }
        // A copy: a small value must not hold the whole chunk.
        const body = Buffer.from(bytes.subarray(next, next + size))
        at = next + size + END.length
        this.#answer({ code, words, body, rows: NO_ROWS })
        continue
      }
      at = next
      if (code === 'STAT') {
        this.#rows ??= new Map()
        this.#rows.set(words[0] ?? '', words.slice(1).join(' '))
        continue
      }
      const rows = this.#rows ?? NO_ROWS
      this.#rows = undefined
      this.#answer({ code, words, body: undefined, rows })
    }
    const rest = bytes.subarray(at)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
  }
}
