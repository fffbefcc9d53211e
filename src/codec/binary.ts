// Bytes in their many dresses. Elements wider than a byte keep the machine's order, which is little-endian wherever Node
// runs except on s390x.
type BinaryView = Exclude<NodeJS.ArrayBufferView, Buffer>
type ViewMaker = new (buffer: ArrayBuffer) => BinaryView

const VIEWS: ReadonlyMap<string, ViewMaker> = new Map(
  [
    'DataView',
    'Int8Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
    'Float16Array', // from Node 24 on; elsewhere an entry that holds one is undecodable
    'Float32Array',
    'Float64Array',
    'BigInt64Array',
    'BigUint64Array',
  ].flatMap((name): [string, ViewMaker][] => {
    const maker = (globalThis as Record<string, unknown>)[name]
    return typeof maker === 'function' ? [[name, maker as ViewMaker]] : []
  }),
)

/** The bytes that a view shows, not copied. */
export function bytesOf(view: NodeJS.ArrayBufferView | ArrayBuffer): Uint8Array {
  // A detached buffer has no bytes and may not be looked at.
  if (view.byteLength === 0) return EMPTY
  if (ArrayBuffer.isView(view)) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  return new Uint8Array(view)
}
const EMPTY = new Uint8Array(0)

/** The name of a view's own type, such as `'Uint16Array'`. */
export function viewName(view: NodeJS.ArrayBufferView): string {
  return (view as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag]
}

/** A view of this type onto a copy of the bytes; `undefined` when this Node has no such type or the bytes do not fit it. */
export function viewOf(name: string, bytes: Uint8Array): BinaryView | undefined {
  const maker = VIEWS.get(name)
  if (maker === undefined) return undefined
  const size = (maker as unknown as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1
  return bytes.byteLength % size === 0 ? new maker(bufferOf(bytes)) : undefined
}

/** A copy of the bytes that shares memory with nothing. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.byteLength)
  copy.set(bytes)
  return copy.buffer
}
