// The messages of pgoutput, version 1 of its protocol:
// https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
import { CacheError } from '../../../base/errors.ts'

/** A table as the stream describes it before its first change. */
export interface Relation {
  readonly schema: string
  readonly table: string
  /** Places of the columns of the primary key; empty where the stream does not say which they are. */
  readonly key: readonly number[]
}

/** The key of a row, column by column; `undefined` where it is not known. */
export type RowKey = readonly string[] | undefined

export type DecodedMessage =
  | {
      readonly kind: 'insert' | 'update' | 'delete'
      readonly relation: Relation
      readonly keys: readonly RowKey[]
    }
  | { readonly kind: 'truncate'; readonly relations: readonly Relation[] }
  /** Of a transaction: where in the log the next one begins. */
  | { readonly kind: 'commit'; readonly end: bigint }
  | { readonly kind: 'message'; readonly prefix: string; readonly content: string }
  | { readonly kind: 'other' }

/** The replica identity under which the flagged columns are those of the primary key. */
const BY_PRIMARY_KEY = 'd'
const OF_KEY = 1

/** Reads one stream; it remembers the tables that were described. */
export class MessageReader {
  readonly #relations = new Map<number, Relation>()

  /** @throws {CacheError} `E_UNSUPPORTED` for what is not pgoutput */
  read(data: Buffer): DecodedMessage {
    const cursor = new Cursor(data)
    const type = cursor.letter()
    switch (type) {
      case 'R': {
        this.#describe(cursor)
        return { kind: 'other' }
      }
      case 'I': {
        const relation = this.#relation(cursor)
        cursor.letter()
        return { kind: 'insert', relation, keys: [keyOf(cursor, relation)] }
      }
      case 'U': {
        const relation = this.#relation(cursor)
        const keys: RowKey[] = []
        // The row before is there only when its key was another one, or when all of it is sent.
        if (cursor.letter() !== 'N') {
          keys.push(keyOf(cursor, relation))
          cursor.letter()
        }
        keys.push(keyOf(cursor, relation))
        return { kind: 'update', relation, keys }
      }
      case 'D': {
        const relation = this.#relation(cursor)
        cursor.letter()
        return { kind: 'delete', relation, keys: [keyOf(cursor, relation)] }
      }
      case 'T': {
        const count = cursor.int32()
        cursor.skip(1)
        const relations = Array.from({ length: count }, () => this.#relation(cursor))
        return { kind: 'truncate', relations }
      }
      case 'C': {
        cursor.skip(9)
        return { kind: 'commit', end: cursor.int64() }
      }
      case 'M': {
        cursor.skip(9)
        const prefix = cursor.text()
        return { kind: 'message', prefix, content: cursor.bytes(cursor.int32()).toString() }
      }
      case 'B':
      case 'O':
      case 'Y':
        return { kind: 'other' }
      default:
        throw new CacheError('E_UNSUPPORTED', `Expected a message of pgoutput, got '${type}'.`)
    }
  }

  #relation(cursor: Cursor): Relation {
    const relation = this.#relations.get(cursor.int32())
    if (relation !== undefined) return relation
    throw new CacheError('E_UNSUPPORTED', 'Expected a table to be described before its changes.')
  }

  #describe(cursor: Cursor): void {
    const oid = cursor.int32()
    // Nothing stands for the system's own.
    const schema = cursor.text() || 'pg_catalog'
    const table = cursor.text()
    const identity = cursor.letter()
    const key: number[] = []
    const count = cursor.int16()
    for (let place = 0; place < count; place++) {
      const flags = cursor.int8()
      cursor.text()
      cursor.skip(8)
      if (identity === BY_PRIMARY_KEY && (flags & OF_KEY) !== 0) key.push(place)
    }
    this.#relations.set(oid, { schema, table, key })
  }
}

/** Reads a row, and keeps its key. */
function keyOf(cursor: Cursor, { key }: Relation): RowKey {
  const columns = cursor.row()
  if (key.length === 0) return undefined
  const values = key.map((place) => columns[place])
  return values.every((value) => value !== undefined) ? values : undefined
}

class Cursor {
  readonly #data: Buffer
  #at = 0

  constructor(data: Buffer) {
    this.#data = data
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  int8(): number {
    return this.#data.readUInt8(this.#at++)
  }

  int16(): number {
    this.#at += 2
    return this.#data.readUInt16BE(this.#at - 2)
  }

  int32(): number {
    this.#at += 4
    return this.#data.readUInt32BE(this.#at - 4)
  }

  int64(): bigint {
    this.#at += 8
    return this.#data.readBigUInt64BE(this.#at - 8)
  }

  letter(): string {
    return String.fromCharCode(this.int8())
  }

  bytes(length: number): Buffer {
    this.#at += length
    return this.#data.subarray(this.#at - length, this.#at)
  }

  /** Up to a byte of zero. */
  text(): string {
    const end = this.#data.indexOf(0, this.#at)
    const text = this.#data.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  /** The columns of a row as text; `undefined` for null, and for what was not sent because it is long and unchanged. */
  row(): (string | undefined)[] {
    return Array.from({ length: this.int16() }, () => {
      const kind = this.letter()
      return kind === 't' || kind === 'b' ? this.bytes(this.int32()).toString() : undefined
    })
  }
}
