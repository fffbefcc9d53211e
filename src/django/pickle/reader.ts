import { Malformed, undecodable } from '../../codec/malformed.ts'
import { Cursor } from './cursor.ts'
import { Finisher } from './finish.ts'
import { Machine } from './machine.ts'
import { PICKLE_LIMITS, type PickleLimits } from './parts.ts'

/**
 * Reads a pickle of protocol 0 to 5 as data. Nothing in it is executed, whoever wrote it: names that are not in a fixed list
 * of data types are refused, and what it takes is bounded.
 *
 * None, bool, int (a bigint beyond 2^53), float, str, list, dict (an object, or a Map when a key is no text) and set are what
 * they are in JavaScript; bytes are a Buffer, a bytearray is a Uint8Array, and the rest are the Py classes.
 *
 * @param limits what is left out keeps its default: {@link PickleLimits}
 * @throws {CacheError} `E_DECODE` for everything else
 */
export function readPickle(bytes: Uint8Array, limits: Partial<PickleLimits> = {}): unknown {
  const { value, end } = readPickleAt(bytes, 0, limits)
  if (end === bytes.byteLength) return value
  throw undecodable(bytes, new Malformed('it does not end where its value does'))
}

/** The pickle that begins at `start`, and where it ends. @throws {CacheError} `E_DECODE` */
export function readPickleAt(
  bytes: Uint8Array,
  start: number,
  limits: Partial<PickleLimits> = {},
): { readonly value: unknown; readonly end: number } {
  const all = { ...PICKLE_LIMITS, ...limits }
  try {
    if (bytes.byteLength > all.maxBytes)
      throw new Malformed(`it has more than the ${all.maxBytes} bytes that are allowed`)
    const cursor = new Cursor(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    cursor.at = start
    const parts = new Machine(cursor, all).run()
    return { value: new Finisher(all).finish(parts), end: cursor.at }
  } catch (error) {
    throw undecodable(bytes, error)
  }
}
