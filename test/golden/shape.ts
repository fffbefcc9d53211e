// What of a dump is the same each time it is written: neither times nor tokens nor ids that were drawn.
import { isUtf8 } from 'node:buffer'
import { RECORD } from '../../src/codec/record-layout.ts'
import type { Dump } from './homes.ts'

const RECORD_BEGINS = Buffer.from([RECORD.kindValue, RECORD.currentVersion, 0, 0])

/** One text for each thing that is stored, sorted. */
export function shapeOf(dump: Dump): readonly string[] {
  return Object.entries(dump)
    .map(([key, kept]) => `${nameOf(key)} ${JSON.stringify(contentOf(kept))}`)
    .toSorted()
}

/** A file is named after what it holds, and a row of a table after all of it. */
function nameOf(key: string): string {
  const [folder, ...rest] = key.split('/')
  if (folder === 'records' || folder === 'generations')
    return `${folder} ${rest.at(-1)?.replace(/^(\w)\..*$/, '$1')}`
  return key.includes(',') ? 'row' : withoutIds(key)
}

function contentOf(kept: unknown): unknown {
  if (typeof kept === 'string') return bytesShape(Buffer.from(kept, 'base64'))
  if (typeof kept !== 'object' || kept === null) return typeof kept
  return Object.fromEntries(
    Object.entries(kept).map(([name, value]) => [
      name,
      name === 'flags' ? value : contentOf((value as { base64?: string } | null)?.base64 ?? value),
    ]),
  )
}

function bytesShape(given: Buffer): string {
  const bytes = Buffer.from(given)
  const at = bytes.indexOf(RECORD_BEGINS)
  if (at !== -1) {
    bytes.fill(0, at + RECORD.leaseToken, at + RECORD.tagsLength)
    // A file begins with a mark of four bytes and a checksum, an item of memcached with the time of its end.
    if (at > 0) bytes.fill(0, at > 8 ? 4 : 0, Math.min(at, 8))
  } else if (!isUtf8(bytes)) return `${bytes.byteLength} bytes`
  const text = bytes.toString('latin1')
  return withoutIds(text.replaceAll(/\d{10,}|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, '#'))
}

function withoutIds(text: string): string {
  return text.replaceAll(/session:[\w-]{43}/g, 'session:#')
}
