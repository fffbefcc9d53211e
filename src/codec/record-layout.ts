// A record at rest: the one byte layout of every store that keeps bytes. Redis scripts read and change the header in
// place, so the offsets are part of the format. Numbers are big-endian; times are milliseconds of the store's clock.
//
//    0  kind      'V' has a value (and may carry the lease of its refresh), 'L' a lease alone; marks: 'F' a load failed,
//                 'U' what it brought is not to be stored, 'Q' intents stand here, 'W' intents and a value beside them
//    1  version   0x01
//    2  u16       flags, 0
//    4  16 bytes  lease token, zeros when there is none
//   20  f64       leaseUntil       28  f64  leaseStamp (µs)
//   36  16 bytes  rev token        52  f64  stamp (µs)
//   60  f64       freshUntil       68  f64  deadAt               either may be Infinity
//   76  f64       storedAt         84  u32  loadMs
//   88  u32       tagsLen          92  u32  payloadLen
//   96  tags (each u16 bytes, UTF-8), payload, waiters (8 ASCII bytes each: process ids)
//
// A mark 'F' or 'U' has the token of its load as rev, ends at deadAt, and its payload is text. Where intents stand nobody
// may load: there is neither lease nor waiter. The lease's place says which intent is the newest and when the last one
// ends, and after the payload comes, instead of waiters, each intent: its token and its end (f64).
import { type Token, TOKEN_LENGTH } from '../base/token.ts'

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
  storedAt: 76,
  loadMs: 84,
  tagsLength: 88,
  payloadLength: 92,
  headerLength: 96,
  kindValue: 0x56,
  kindLease: 0x4c,
  kindFailed: 0x46,
  kindUncacheable: 0x55,
  kindIntents: 0x51,
  kindValueUnderIntents: 0x57,
  intentLength: 24,
  currentVersion: 0x01,
} as const

/** What one transaction has announced. */
export interface Intent {
  readonly token: Token
  /** Milliseconds of this process's clock. Past it the intent stands no longer. */
  readonly until: number
}

/** The token that stands at an offset. */
export function tokenAt(bytes: Buffer, at: number): Token {
  return bytes.toString('latin1', at, at + TOKEN_LENGTH)
}
