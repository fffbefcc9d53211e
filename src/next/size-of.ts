import { showBytes } from '../base/bytes.ts'
import { CacheError } from '../base/errors.ts'

/** About how many bytes plain data is: its texts and buffers, wherever they are in it. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value instanceof Uint8Array) return value.byteLength
  if (typeof value !== 'object' || value === null) return 0
  const parts = value instanceof Map ? [...value].flat() : Object.entries(value).flat()
  return parts.reduce<number>((sum, part) => sum + sizeOf(part), 0)
}

export function tooLarge(key: string, most: number): CacheError {
  return new CacheError(
    'E_TOO_LARGE',
    `What Next.js made is larger than maxEntryBytes (${showBytes(most)}); it was not kept.`,
    { key },
  )
}
