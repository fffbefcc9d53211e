// The connections for commands. A key always takes the same one, so that what a process asks of a key happens in the order
// in which it was asked.
import { isCacheError } from '../../base/errors.ts'
import type { Field, Generations } from '../../base/generation.ts'
import type { Operation } from '../../base/store.ts'
import { type GenerationHash, mergeGenerations } from './generation-hash.ts'
import type { Call, Line } from './line.ts'
import type { Reply } from './port.ts'

/** One reply per key, in order, and the generations read after all of them. */
export interface Together {
  readonly replies: readonly Reply[]
  readonly generations: Generations
}

/** Whatever the store sends goes through one of these: a connection, several to one server, or one to each of many. */
export interface CommandLines {
  /** Where the generations are; for what concerns no single key. */
  readonly first: Line
  /** One line to each server that holds keys. */
  readonly all: readonly Line[]
  of(key: string): Line
  /** Does one call per key and reads the generations, in one round trip per server. */
  together(
    keys: readonly string[],
    callOf: (key: string, index: number) => Call,
    fields: readonly Field[],
    operation: Operation | undefined,
  ): Promise<Together>
  /** Reads single keys together; `undefined` where they may lie on different servers. */
  readonly gathered?: ReadLines
  close(): void
}

/** Lines to one server. */
export interface ReadLines {
  of(key: string): Line
  /** What lies under keys of one line, and the generations read after all of them, in one round trip. */
  readAll(line: Line, keys: readonly string[], fields: readonly Field[]): Promise<Together>
}

/** Several connections to one server. */
export class Lines implements CommandLines, ReadLines {
  readonly #lines: readonly [Line, ...Line[]]
  readonly #hash: GenerationHash
  /** Not where the rights of a user leave it out, nor where a server of a cluster is all there is: it wants keys of one slot. */
  #hasMget = true

  constructor(lines: readonly [Line, ...Line[]], hash: GenerationHash) {
    this.#lines = lines
    this.#hash = hash
  }

  get first(): Line {
    return this.#lines[0]
  }

  get all(): readonly Line[] {
    return [this.#lines[0]]
  }

  of(key: string): Line {
    return this.#lines[this.#indexOf(key)] as Line
  }

  get gathered(): ReadLines {
    return this
  }

  async readAll(line: Line, keys: readonly string[], fields: readonly Field[]): Promise<Together> {
    if (keys.length > 1 && this.#hasMget) {
      try {
        const { generations, replies } = await readWith(
          line,
          this.#hash,
          [['MGET', ...keys]],
          fields,
          undefined,
        )
        return { replies: replies[0] as readonly Reply[], generations }
      } catch (error) {
        if (!isCacheError(error, 'E_STORE_REFUSED') && !isCacheError(error, 'E_STORE_AUTH'))
          throw error
      }
      const answer = await this.#readEach(line, keys, fields)
      this.#hasMget = false
      return answer
    }
    return await this.#readEach(line, keys, fields)
  }

  async #readEach(
    line: Line,
    keys: readonly string[],
    fields: readonly Field[],
  ): Promise<Together> {
    const calls = keys.map((key): Call => ['GET', key])
    return await readWith(line, this.#hash, calls, fields, undefined)
  }

  /**
   * Does one call per key and reads the generations, in one round trip per connection. The generations are read after the
   * acts: an invalidation that came before an act is always seen.
   */
  async together(
    keys: readonly string[],
    callOf: (key: string, index: number) => Call,
    fields: readonly Field[],
    operation: Operation | undefined,
  ): Promise<Together> {
    if (this.#lines.length === 1 || keys.length <= 1) {
      const line = keys.length === 0 ? this.first : this.of(keys[0] as string)
      return await readWith(line, this.#hash, keys.map(callOf), fields, operation)
    }

    const parts = indexesByLine(keys, (key) => this.of(key))
    const answers = await Promise.all(
      [...parts].map(async ([line, indexes]) => {
        const calls = indexes.map((index) => callOf(keys[index] as string, index))
        return { indexes, ...(await readWith(line, this.#hash, calls, fields, operation)) }
      }),
    )
    return mergeTogether(
      answers,
      answers.map(({ generations }) => generations),
    )
  }

  close(): void {
    for (const line of this.#lines) line.close()
  }

  #indexOf(key: string): number {
    const { length } = this.#lines
    if (length === 1) return 0
    let hash = 0
    for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0
    return (hash >>> 0) % length
  }
}

/** Which of the keys go over which line. */
export function indexesByLine(
  keys: readonly string[],
  lineOf: (key: string) => Line,
): Map<Line, number[]> {
  const parts = new Map<Line, number[]>()
  for (const [index, key] of keys.entries()) {
    const line = lineOf(key)
    const part = parts.get(line)
    if (part === undefined) parts.set(line, [index])
    else part.push(index)
  }
  return parts
}

/** Calls on the line that has the generations, which are read after them. */
export async function readWith(
  line: Line,
  hash: GenerationHash,
  calls: readonly Call[],
  fields: readonly Field[],
  operation: Operation | undefined,
): Promise<Together> {
  const replies = await line.run([...calls, hash.read(fields)], operation)
  const acts = replies.slice(0, -1)
  const known = hash.decode(replies.at(-1), fields)
  if (known !== undefined) return { replies: acts, generations: known }

  // No hash: it is made now, and everything that was read or written before is older than its floor.
  const [made] = await line.run([hash.init(fields)], operation)
  const generations = hash.decode(made, fields)
  if (generations === undefined) throw new Error('INIT answered no generations')
  return { replies: acts, generations }
}

/** Puts the replies of several lines back into the order of the keys. */
export function mergeTogether(
  answers: readonly { readonly indexes: readonly number[]; readonly replies: readonly Reply[] }[],
  generations: readonly Generations[],
): Together {
  const replies: Reply[] = []
  for (const { indexes, replies: part } of answers) {
    for (const [at, index] of indexes.entries()) replies[index] = part[at] as Reply
  }
  return { replies, generations: mergeGenerations(generations) }
}
