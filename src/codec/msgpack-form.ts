import { type Form, joinSpecial, splitSpecial } from './form.ts'
import { JSON_FORM } from './json-form.ts'
import type { ClassRegistry } from './kind.ts'
import { library } from './library.ts'
import { checkMsgpack } from './msgpack-check.ts'
import { isPackable } from './packable.ts'
import { putTogether } from './put-together.ts'
import { TAG } from './tag.ts'
import { takeApart } from './take-apart.ts'

/** What is used of msgpackr, 1.10 or later. */
interface Msgpackr {
  readonly RESERVE_START_SPACE: number
  readonly Packr: new (options: object) => {
    pack(value: unknown, options?: number): Buffer
    unpack(bytes: Buffer): unknown
  }
}

type Packr = InstanceType<Msgpackr['Packr']>

let packr: Packr | undefined
/** Leaves room for the tag before what is packed. */
let roomForTag = 0

/** @throws {CacheError} `E_CLIENT_MISSING` */
export function loadMsgpack(): Packr {
  if (packr !== undefined) return packr
  const { Packr, RESERVE_START_SPACE } = library('msgpackr', 'MessagePack') as Msgpackr
  roomForTag = RESERVE_START_SPACE + 1
  packr = new Packr({
    // Names are written once for all objects that have the same ones: a third of the bytes of a list of rows, and two to
    // three times the speed of reading it (docs/codecs.md). Without, MessagePack is slower than JSON and hardly smaller.
    useRecords: true,
    // What has a toJSON method is refused before; a property of that name is data.
    useToJSON: false,
  })
  return packr
}

/**
 * MessagePack with records. Special places are noted in a list beside it, as for JSON. The few values that MessagePack or
 * the library would change (lone surrogates, a property named `__proto__`, more than 32 levels) are written as JSON: the tag
 * says which it is.
 */
export const MSGPACK_FORM: Form = {
  encode(value, classes) {
    if (isPackable(value)) return pack(TAG.msgpack, value)
    const { tree, list, blobs } = takeApart(value, classes)
    if (!isPackable(tree) || !isPackable(list)) return JSON_FORM.encode(value, classes)
    if (list.length === 0) return pack(TAG.msgpack, tree)
    // Both parts come with a byte of room for a tag, which is not theirs here.
    const [packedTree, packedList] = [tree, list].map((part) => pack(0, part).subarray(1))
    const parts = { tree: packedTree as Buffer, list: packedList as Buffer, blobs }
    return joinSpecial(TAG.specialMsgpack, parts)
  },
}

function pack(tag: number, value: unknown): Buffer {
  const bytes = loadMsgpack().pack(value, roomForTag)
  bytes[0] = tag
  return bytes
}

/** @throws {Malformed} and what msgpackr throws */
export function decodeMsgpack(payload: Buffer): unknown {
  return unpack(payload.subarray(1))
}

/** @throws {Malformed} and what msgpackr throws */
export function decodeSpecialMsgpack(payload: Buffer, classes: ClassRegistry): unknown {
  const { tree, list, blobs } = splitSpecial(payload)
  return putTogether(unpack(tree), unpack(list), blobs, classes)
}

function unpack(bytes: Buffer): unknown {
  const packr = loadMsgpack()
  checkMsgpack(bytes)
  return packr.unpack(bytes)
}
