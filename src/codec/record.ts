// Records as bytes and back; their layout is in record-layout.ts.
import { isUtf8 } from 'node:buffer'
import { CacheError, isCacheError } from '../base/errors.ts'
import type { Entry, Lease, Mark, StoreRecord } from '../base/record.ts'
import { PROCESS_ID_LENGTH, type Token, TOKEN_LENGTH } from '../base/token.ts'
import { type Intent, RECORD, tokenAt } from './record-layout.ts'

const LONGEST_LOAD_MS = 0xffff_ffff
const NO_TOKEN = '\0'.repeat(TOKEN_LENGTH)
/** What a mark may say, in bytes: a message for a person, not a report. */
const MOST_TEXT_BYTES = 1000

/** What to write: a value, a lease, a value with a lease, a mark, or intents with or without a value. */
export interface RecordParts {
  readonly entry?: Omit<Entry, 'value'> | undefined
  /** The encoded value; written only with an entry. */
  readonly payload?: Uint8Array | undefined
  readonly lease?: Lease | undefined
  /** Ids of the processes to wake. */
  readonly waiters?: readonly string[] | undefined
  /** A mark that a load left, with nothing beside it. An intent is written as one of `intents`. */
  readonly mark?: Mark | undefined
  /** With nothing beside them but an entry; the newest last. */
  readonly intents?: readonly Intent[] | undefined
  /** The store's clock minus this process's, in milliseconds, added to every time. Default 0. */
  readonly shiftMs?: number | undefined
}

export interface DecodeRecordOptions {
  /** The store's clock minus this process's, in milliseconds, subtracted from every time (not from stamps). */
  readonly shiftMs: number
  /** False leaves the value undefined; the bytes may then end anywhere after the tags. */
  readonly values: boolean
  /** @throws what it likes: the record is then `undecodable` */
  decodeValue(payload: Buffer): unknown
}

export function encodeRecord(parts: RecordParts): Buffer {
  const { entry, mark, lease, intents = [], waiters = [], shiftMs = 0 } = parts
  const tags = entry === undefined ? NOTHING : encodeTags(entry.tags)
  const payload = payloadToWrite(parts)
  const tailAt = RECORD.headerLength + tags.byteLength + payload.byteLength
  const tailLength = waiters.length * PROCESS_ID_LENGTH + intents.length * RECORD.intentLength
  const bytes = Buffer.allocUnsafe(tailAt + tailLength)
  bytes.fill(0, 0, RECORD.headerLength)
  bytes[RECORD.kind] = kindOf(parts)
  bytes[RECORD.version] = RECORD.currentVersion
  bytes.writeUInt32BE(tags.byteLength, RECORD.tagsLength)
  bytes.writeUInt32BE(payload.byteLength, RECORD.payloadLength)
  if (lease !== undefined) writeHolder(bytes, lease, lease.stamp, shiftMs)
  if (entry !== undefined) {
    writeTimes(bytes, entry, shiftMs)
    bytes.writeDoubleBE(entry.storedAt + shiftMs, RECORD.storedAt)
    bytes.writeUInt32BE(
      Math.min(Math.max(Math.round(entry.loadMs), 0), LONGEST_LOAD_MS),
      RECORD.loadMs,
    )
  } else if (mark !== undefined) {
    writeTimes(bytes, { ...mark, ...sameTimes(mark) }, shiftMs)
  } else if (intents.length > 0) {
    const last = lastOf(intents)
    writeTimes(bytes, { ...last, ...sameTimes(last), stamp: 0 }, shiftMs)
  }
  if (intents.length > 0) writeHolder(bytes, lastOf(intents), 0, shiftMs)
  bytes.set(tags, RECORD.headerLength)
  bytes.set(payload, RECORD.headerLength + tags.byteLength)

  let at = tailAt
  for (const waiter of waiters) at += bytes.write(waiter, at, PROCESS_ID_LENGTH, 'latin1')
  for (const { token, until } of intents) {
    at += bytes.write(token, at, TOKEN_LENGTH, 'latin1')
    at = bytes.writeDoubleBE(until + shiftMs, at)
  }
  return bytes
}

/** A mark's text as it is kept: at most 1000 bytes of UTF-8, never half a character. */
export function markText(text: string): string {
  return encodeText(text).toString()
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text)
  let end = Math.min(bytes.byteLength, MOST_TEXT_BYTES)
  // 10xxxxxx goes on with a character that began before.
  while (end < bytes.byteLength && ((bytes[end] as number) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

function kindOf({ entry, mark, intents = [] }: RecordParts): number {
  if (intents.length > 0)
    return entry === undefined ? RECORD.kindIntents : RECORD.kindValueUnderIntents
  if (entry !== undefined) return RECORD.kindValue
  if (mark === undefined) return RECORD.kindLease
  return mark.kind === 'failed' ? RECORD.kindFailed : RECORD.kindUncacheable
}

function payloadToWrite({ entry, mark, payload }: RecordParts): Uint8Array {
  if (entry !== undefined) return payload ?? NOTHING
  return mark === undefined ? NOTHING : encodeText(mark.text)
}

function writeHolder(bytes: Buffer, holder: Intent, stamp: number, shiftMs: number): void {
  bytes.write(holder.token, RECORD.leaseToken, TOKEN_LENGTH, 'latin1')
  bytes.writeDoubleBE(holder.until + shiftMs, RECORD.leaseUntil)
  bytes.writeDoubleBE(stamp, RECORD.leaseStamp)
}

function writeTimes(
  bytes: Buffer,
  times: { stamp: number; freshUntil: number; deadAt: number } & (
    | { rev: Token }
    | { token: Token }
  ),
  shiftMs: number,
): void {
  bytes.write('rev' in times ? times.rev : times.token, RECORD.rev, TOKEN_LENGTH, 'latin1')
  bytes.writeDoubleBE(times.stamp, RECORD.stamp)
  bytes.writeDoubleBE(times.freshUntil + shiftMs, RECORD.freshUntil)
  bytes.writeDoubleBE(times.deadAt + shiftMs, RECORD.deadAt)
}

function sameTimes({ until }: { readonly until: number }): { freshUntil: number; deadAt: number } {
  return { freshUntil: until, deadAt: until }
}

/** The newest of them, with the end of whichever ends last. */
function lastOf(intents: readonly Intent[]): Intent {
  const { token } = intents.at(-1) as Intent
  return { token, until: Math.max(...intents.map(({ until }) => until)) }
}

const NOTHING = Buffer.alloc(0)

function encodeTags(tags: readonly string[]): Buffer {
  if (tags.length === 0) return NOTHING
  let length = 0
  for (const tag of tags) length += 2 + Buffer.byteLength(tag)
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const tag of tags) {
    const written = bytes.write(tag, at + 2)
    bytes.writeUInt16BE(written, at)
    at += 2 + written
  }
  return bytes
}

/**
 * @returns `undefined` when the bytes are no record of ours (foreign, of a later version, or cut off before the end of the
 *   tags); a payload that is cut off or cannot be decoded leaves the rest of the record readable, as `undecodable`
 */
export function decodeRecord(bytes: Buffer, options: DecodeRecordOptions): StoreRecord | undefined {
  if (bytes.byteLength < RECORD.headerLength) return undefined
  // No flag has a meaning yet: one that is set was set by a later version.
  if (bytes[RECORD.version] !== RECORD.currentVersion || bytes.readUInt16BE(RECORD.flags) !== 0)
    return undefined
  const holder = decodeLease(bytes, options.shiftMs)
  if (holder === null) return undefined
  switch (bytes[RECORD.kind]) {
    case RECORD.kindValue:
      return decodeValueRecord(bytes, options, { lease: holder })
    case RECORD.kindLease:
      return { entry: undefined, lease: holder, undecodable: undefined }
    case RECORD.kindIntents:
    case RECORD.kindValueUnderIntents: {
      if (holder === undefined) return undefined
      const { token, until } = holder
      const mark: Mark = { kind: 'intent', token, stamp: 0, until, text: '' }
      return bytes[RECORD.kind] === RECORD.kindIntents
        ? { entry: undefined, lease: undefined, mark, undecodable: undefined }
        : decodeValueRecord(bytes, options, { lease: undefined, mark })
    }
    case RECORD.kindFailed:
      return decodeMarkRecord(bytes, 'failed', options.shiftMs)
    case RECORD.kindUncacheable:
      return decodeMarkRecord(bytes, 'uncacheable', options.shiftMs)
    default:
      return undefined
  }
}

function decodeMarkRecord(
  bytes: Buffer,
  kind: 'failed' | 'uncacheable',
  shiftMs: number,
): StoreRecord | undefined {
  const at = RECORD.headerLength + bytes.readUInt32BE(RECORD.tagsLength)
  const end = at + bytes.readUInt32BE(RECORD.payloadLength)
  const stamp = bytes.readDoubleBE(RECORD.stamp)
  const until = bytes.readDoubleBE(RECORD.deadAt) - shiftMs
  if (end > bytes.byteLength || Number.isNaN(stamp) || Number.isNaN(until)) return undefined
  const token = tokenAt(bytes, RECORD.rev)
  const text = bytes.toString('utf8', at, end)
  const mark: Mark = { kind, token, stamp, until, text }
  return { entry: undefined, lease: undefined, mark, undecodable: undefined }
}

function decodeValueRecord(
  bytes: Buffer,
  options: DecodeRecordOptions,
  beside: Pick<StoreRecord, 'lease' | 'mark'>,
): StoreRecord | undefined {
  const payloadAt = RECORD.headerLength + bytes.readUInt32BE(RECORD.tagsLength)
  const tags = decodeTags(bytes, payloadAt)
  const stamp = bytes.readDoubleBE(RECORD.stamp)
  const freshUntil = bytes.readDoubleBE(RECORD.freshUntil) - options.shiftMs
  const deadAt = bytes.readDoubleBE(RECORD.deadAt) - options.shiftMs
  const storedAt = bytes.readDoubleBE(RECORD.storedAt) - options.shiftMs
  if (tags === undefined || [stamp, freshUntil, deadAt, storedAt].some(Number.isNaN))
    return undefined

  let value: unknown
  let undecodable: CacheError | undefined
  if (options.values) {
    try {
      value = options.decodeValue(payloadOf(bytes, payloadAt))
    } catch (error) {
      undecodable = isCacheError(error)
        ? error
        : new CacheError('E_DECODE', `Cannot decode a payload: ${String(error)}.`, { cause: error })
    }
  }
  const rev = tokenAt(bytes, RECORD.rev)
  const loadMs = bytes.readUInt32BE(RECORD.loadMs)
  const times = { freshUntil, deadAt, storedAt, loadMs }
  return { entry: { value, tags, stamp, rev, ...times }, ...beside, undecodable }
}

/** The ids of the processes that wait for this record; empty when the bytes are no whole record. */
export function waitersOf(bytes: Buffer): readonly string[] {
  const ids: string[] = []
  let at = tailOf(bytes, false)
  for (; at + PROCESS_ID_LENGTH <= bytes.byteLength; at += PROCESS_ID_LENGTH)
    ids.push(bytes.toString('latin1', at, at + PROCESS_ID_LENGTH))
  return ids
}

/** The intents that were written here, those that have ended since included; the newest last. */
export function intentsOf(bytes: Buffer, shiftMs: number): readonly Intent[] {
  const intents: Intent[] = []
  let at = tailOf(bytes, true)
  for (; at + RECORD.intentLength <= bytes.byteLength; at += RECORD.intentLength) {
    const until = bytes.readDoubleBE(at + TOKEN_LENGTH) - shiftMs
    intents.push({ token: tokenAt(bytes, at), until })
  }
  return intents
}

/** Where the tail begins, if it is one of intents or one of waiters; otherwise where nothing is left. */
function tailOf(bytes: Buffer, intents: boolean): number {
  if (bytes.byteLength < RECORD.headerLength || bytes[RECORD.version] !== RECORD.currentVersion)
    return bytes.byteLength
  const kind = bytes[RECORD.kind]
  const hasIntents = kind === RECORD.kindIntents || kind === RECORD.kindValueUnderIntents
  if (hasIntents !== intents) return bytes.byteLength
  const lengths = bytes.readUInt32BE(RECORD.tagsLength) + bytes.readUInt32BE(RECORD.payloadLength)
  return RECORD.headerLength + lengths
}

/** `null`: no lease can be like this. */
function decodeLease(bytes: Buffer, shiftMs: number): Lease | undefined | null {
  const token = tokenAt(bytes, RECORD.leaseToken)
  if (token === NO_TOKEN) return undefined
  const until = bytes.readDoubleBE(RECORD.leaseUntil) - shiftMs
  const stamp = bytes.readDoubleBE(RECORD.leaseStamp)
  return Number.isNaN(until) || Number.isNaN(stamp) ? null : { token, until, stamp }
}

function decodeTags(bytes: Buffer, end: number): readonly string[] | undefined {
  if (end > bytes.byteLength) return undefined
  if (end === RECORD.headerLength) return NO_TAGS
  const tags: string[] = []
  let at: number = RECORD.headerLength
  while (at < end) {
    if (at + 2 > end) return undefined
    const tagEnd = at + 2 + bytes.readUInt16BE(at)
    if (tagEnd > end || !isUtf8(bytes.subarray(at + 2, tagEnd))) return undefined
    tags.push(bytes.toString('utf8', at + 2, tagEnd))
    at = tagEnd
  }
  return tags
}
const NO_TAGS: readonly string[] = Object.freeze([])

function payloadOf(bytes: Buffer, at: number): Buffer {
  const end = at + bytes.readUInt32BE(RECORD.payloadLength)
  if (end <= bytes.byteLength) return bytes.subarray(at, end)
  throw new CacheError(
    'E_DECODE',
    `Cannot decode a record: expected ${end} bytes, got ${bytes.byteLength}. It was cut off; it counts as a miss.`,
  )
}
