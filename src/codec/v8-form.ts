import type { Serializer } from 'node:v8'
import { bytesOf, viewName, viewOf } from './binary.ts'
import type { Form } from './form.ts'
import { JSON_FORM } from './json-form.ts'
import { CIRCLE_DEPTH, type ClassRegistry, type Kind, kindOf } from './kind.ts'
import { Malformed } from './malformed.ts'
import { Refused } from './take-apart.ts'
import { TAG } from './tag.ts'
import { checkV8 } from './v8-check.ts'

/**
 * Structured clone. What it would change or refuse although we carry it (registered classes, URLs, a RegExp in mid-search,
 * more than 32 levels) is written as JSON: the tag says which it is.
 */
export const V8_FORM: Form = {
  encode(value, classes) {
    return (isCloneable(value, 1, classes) && serialized(value)) || JSON_FORM.encode(value, classes)
  },
}

/** @throws {Refused} for what must not be cloned although V8 could; false for what needs another form */
function isCloneable(value: unknown, depth: number, classes: ClassRegistry): boolean {
  switch (typeof value) {
    case 'object':
      if (value === null) return true
      return depth <= CIRCLE_DEPTH && isCloneableObject(value, depth + 1, classes)
    case 'function':
    case 'symbol':
      throw new Refused()
    default:
      return true
  }
}

function isCloneableObject(value: object, depth: number, classes: ClassRegistry): boolean {
  const kind = kindOf(value, classes)
  switch (kind) {
    case undefined:
      throw new Refused()
    case 'plain':
      return isCloneableRecord(value as Record<string, unknown>, depth, classes)
    case 'array':
      return isCloneableList(value as unknown[], depth, classes)
    case 'map': {
      for (const [key, item] of value as Map<unknown, unknown>) {
        if (!isCloneable(key, depth, classes) || !isCloneable(item, depth, classes)) return false
      }
      return true
    }
    case 'set': {
      for (const item of value as Set<unknown>) if (!isCloneable(item, depth, classes)) return false
      return true
    }
    default:
      return isCloneableLeaf(value, kind)
  }
}

function isCloneableRecord(
  value: Readonly<Record<string, unknown>>,
  depth: number,
  classes: ClassRegistry,
): boolean {
  for (const name in value) {
    // What a polluted Object.prototype adds is no part of the value, and V8 leaves it out too.
    if (!isCloneable(value[name], depth, classes) && Object.hasOwn(value, name)) return false
  }
  return true
}

function isCloneableList(
  value: readonly unknown[],
  depth: number,
  classes: ClassRegistry,
): boolean {
  for (let index = 0; index < value.length; index++) {
    const part = value[index]
    if (part === undefined && !(index in value)) throw new Refused()
    if (!isCloneable(part, depth, classes)) return false
  }
  return true
}

function isCloneableLeaf(value: object, kind: Kind): boolean {
  switch (kind) {
    case 'regexp':
      return (value as RegExp).lastIndex === 0
    case 'url':
    case 'instance':
      return false
    default:
      return true
  }
}

/** `undefined` for what V8 refuses after all, such as a function under the name of an array. */
function serialized(value: unknown): Buffer | undefined {
  try {
    return clone().serialize(value)
  } catch {
    return undefined
  }
}

/** @throws {Malformed} and what V8 throws */
export function decodeV8(payload: Buffer): unknown {
  const { deserialize, version } = clone()
  // The version of V8's format. A newer one cannot be read; an older one only mostly.
  if (payload[1] !== VERSION_MARK || payload[2] !== version)
    throw new Malformed(
      `its structured clone has version ${payload[2]}, and this Node's ${version}`,
    )
  checkV8(payload, VALUE_AT)
  return deserialize(payload)
}

const VALUE_AT = 3
const VERSION_MARK = 0xff

interface Clone {
  readonly version: number
  readonly serialize: (value: unknown) => Buffer
  readonly deserialize: (payload: Buffer) => unknown
}

let made: Clone | undefined

/** node:v8 takes 3 ms to load: it waits until somebody uses it. */
function clone(): Clone {
  if (made !== undefined) return made
  const v8 = process.getBuiltinModule('node:v8')

  // Views in a form of our own: Node's numbers for their types are its own business, and what its reader gives shares
  // memory with the payload, which the connection uses again.
  class Writer extends v8.Serializer {
    constructor() {
      super()
      treatViewsAsHostObjects(this)
    }

    _writeHostObject(view: NodeJS.ArrayBufferView): void {
      const name = Buffer.isBuffer(view) ? 'Buffer' : viewName(view)
      const bytes = bytesOf(view)
      this.writeUint32(name.length)
      this.writeRawBytes(Buffer.from(name, 'latin1'))
      this.writeUint32(bytes.byteLength)
      this.writeRawBytes(bytes)
    }
  }

  class Reader extends v8.Deserializer {
    _readHostObject(): Buffer | NodeJS.ArrayBufferView {
      const name = this.readRawBytes(this.readUint32()).toString('latin1')
      const bytes = this.readRawBytes(this.readUint32())
      const view = name === 'Buffer' ? Buffer.from(bytes) : viewOf(name, bytes)
      if (view !== undefined) return view
      throw new Malformed(`this Node cannot make a ${name} of its bytes`)
    }
  }

  const serialize = (value: unknown): Buffer => {
    const writer = new Writer()
    writer.writeRawBytes(Buffer.of(TAG.v8))
    writer.writeHeader()
    writer.writeValue(value)
    return writer.releaseBuffer()
  }
  const deserialize = (payload: Buffer): unknown => {
    const reader = new Reader(payload.subarray(1))
    reader.readHeader()
    return reader.readValue()
  }
  made = { version: serialize(null)[2] as number, serialize, deserialize }
  return made
}

/** Missing from the types of Node 20. */
function treatViewsAsHostObjects(writer: Serializer): void {
  const { _setTreatArrayBufferViewsAsHostObjects: set } = writer as unknown as {
    readonly _setTreatArrayBufferViewsAsHostObjects: (on: boolean) => void
  }
  set.call(writer, true)
}
