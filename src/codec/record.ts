// A record at rest: the one byte layout of every store that keeps bytes. Redis scripts read and change the header in
// place, so the offsets are part of the format. Numbers are big-endian; times are milliseconds of the store's clock.
//
//    0  kind      'V' has a value (and may carry the lease of its refresh), 'L' a lease alone; 'U' and 'F' are reserved
//    1  version   0x01
//    2  u16       flags, 0
//    4  16 bytes  lease token, zeros when there is none
//   20  f64       leaseUntil       28  f64  leaseStamp (µs)
//   36  16 bytes  rev token        52  f64  stamp (µs)
//   60  f64       freshUntil       68  f64  deadAt               either may be Infinity
//   76  u32       loadMs           80  u32  tagsLen              84  u32  payloadLen
//   88  tags (each u16 bytes, UTF-8), payload, waiters (8 ASCII bytes each: process ids)
import { isUtf8 } from 'node:buffer'
import { CacheError, isCacheError } from '../base/errors.ts'
import type { Entry, Lease, StoreRecord } from '../base/record.ts'
import { PROCESS_ID_LENGTH, type Token, TOKEN_LENGTH } from '../base/token.ts'

/** Offsets into the header, and what it holds. */
export const RECORD = {
  kind: 0,
  version: 1,
  flags: 2,
  leaseToken: 4,
  leaseUntil: 20,
  leaseStamp: 28,
  rev: 36,
  stamp: 52,
  freshUntil: 60,
  deadAt: 68,
  loadMs: 76,
  tagsLength: 80,
  payloadLength: 84,
  headerLength: 88,
  kindValue: 0x56,
  kindLease: 0x4c,
  currentVersion: 0x01,
} as const

const LONGEST_LOAD_MS = 0xffff_ffff
const NO_TOKEN = '\0'.repeat(TOKEN_LENGTH)

/** What to write. Without an entry it is a lease alone. */
export interface RecordParts {
  readonly entry?: Omit<Entry, 'value'> | undefined
  /** The encoded value; written only with an entry. */
  readonly payload?: Uint8Array | undefined
  readonly lease?: Lease | undefined
  /** Ids of the processes to wake. */
  readonly waiters?: readonly string[] | undefined
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
  const { entry, lease, waiters = [], shiftMs = 0 } = parts
  const tags = entry === undefined ? NOTHING : encodeTags(entry.tags)
  const payload = entry === undefined ? NOTHING : (parts.payload ?? NOTHING)
  const waitersAt = RECORD.headerLength + tags.byteLength + payload.byteLength
  const bytes = Buffer.allocUnsafe(waitersAt + waiters.length * PROCESS_ID_LENGTH)
  bytes.fill(0, 0, RECORD.headerLength)
  bytes[RECORD.kind] = entry === undefined ? RECORD.kindLease : RECORD.kindValue
  bytes[RECORD.version] = RECORD.currentVersion
  if (lease !== undefined) {
    bytes.write(lease.token, RECORD.leaseToken, TOKEN_LENGTH, 'latin1')
    bytes.writeDoubleBE(lease.until + shiftMs, RECORD.leaseUntil)
    bytes.writeDoubleBE(lease.stamp, RECORD.leaseStamp)
  }
  if (entry !== undefined) {
    bytes.write(entry.rev, RECORD.rev, TOKEN_LENGTH, 'latin1')
    bytes.writeDoubleBE(entry.stamp, RECORD.stamp)
    bytes.writeDoubleBE(entry.freshUntil + shiftMs, RECORD.freshUntil)
    bytes.writeDoubleBE(entry.deadAt + shiftMs, RECORD.deadAt)
    bytes.writeUInt32BE(
      Math.min(Math.max(Math.round(entry.loadMs), 0), LONGEST_LOAD_MS),
      RECORD.loadMs,
    )
    bytes.writeUInt32BE(tags.byteLength, RECORD.tagsLength)
    bytes.writeUInt32BE(payload.byteLength, RECORD.payloadLength)
    bytes.set(tags, RECORD.headerLength)
    bytes.set(payload, RECORD.headerLength + tags.byteLength)
  }
  for (const [index, waiter] of waiters.entries()) {
    bytes.write(waiter, waitersAt + index * PROCESS_ID_LENGTH, PROCESS_ID_LENGTH, 'latin1')
  }
  return bytes
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
  const lease = decodeLease(bytes, options.shiftMs)
  if (lease === null) return undefined
  if (bytes[RECORD.kind] === RECORD.kindLease)
    return { entry: undefined, lease, undecodable: undefined }
  if (bytes[RECORD.kind] !== RECORD.kindValue) return undefined

  const payloadAt = RECORD.headerLength + bytes.readUInt32BE(RECORD.tagsLength)
  const tags = decodeTags(bytes, payloadAt)
  const stamp = bytes.readDoubleBE(RECORD.stamp)
  const freshUntil = bytes.readDoubleBE(RECORD.freshUntil) - options.shiftMs
  const deadAt = bytes.readDoubleBE(RECORD.deadAt) - options.shiftMs
  if (tags === undefined || Number.isNaN(stamp) || Number.isNaN(freshUntil) || Number.isNaN(deadAt))
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
  return { entry: { value, tags, stamp, rev, freshUntil, deadAt, loadMs }, lease, undecodable }
}

/** The ids of the processes that wait for this record; empty when the bytes are no whole record. */
export function waitersOf(bytes: Buffer): readonly string[] {
  if (bytes.byteLength < RECORD.headerLength || bytes[RECORD.version] !== RECORD.currentVersion)
    return []
  const ids: string[] = []
  let at =
    RECORD.headerLength +
    bytes.readUInt32BE(RECORD.tagsLength) +
    bytes.readUInt32BE(RECORD.payloadLength)
  for (; at + PROCESS_ID_LENGTH <= bytes.byteLength; at += PROCESS_ID_LENGTH) {
    ids.push(bytes.toString('latin1', at, at + PROCESS_ID_LENGTH))
  }
  return ids
}

function tokenAt(bytes: Buffer, at: number): Token {
  return bytes.toString('latin1', at, at + TOKEN_LENGTH)
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
