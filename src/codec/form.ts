import type { ClassRegistry } from './kind.ts'
import { Malformed } from './malformed.ts'

/** One way to write an object as bytes. What every codec writes alike (numbers, strings, bytes) is not asked of it. */
export interface Form {
  /** @throws what it likes for a value that cannot be carried; the codec finds the words */
  encode(value: unknown, classes: ClassRegistry): Buffer
}

/** A value in three parts, as `takeApart` leaves it: tree and list encoded, and the bytes of binary parts. */
export interface SpecialParts {
  readonly tree: Buffer
  readonly list: Buffer
  readonly blobs: readonly Uint8Array[]
}

const HEADER = 9

export function joinSpecial(tag: number, { tree, list, blobs }: SpecialParts): Buffer {
  const header = Buffer.allocUnsafe(HEADER)
  header[0] = tag
  header.writeUInt32BE(tree.byteLength, 1)
  header.writeUInt32BE(list.byteLength, 5)
  return Buffer.concat([header, tree, list, ...blobs])
}

/** @throws {Malformed} */
export function splitSpecial(payload: Buffer): { tree: Buffer; list: Buffer; blobs: Buffer } {
  if (payload.byteLength < HEADER) throw new Malformed('its header ends too soon')
  const listAt = HEADER + payload.readUInt32BE(1)
  const blobsAt = listAt + payload.readUInt32BE(5)
  if (blobsAt > payload.byteLength) throw new Malformed('it ends too soon')
  return {
    tree: payload.subarray(HEADER, listAt),
    list: payload.subarray(listAt, blobsAt),
    blobs: payload.subarray(blobsAt),
  }
}
