import type { Cache } from '../../src/cache/cache.ts'
import type { HistoryReader, HistoryWriter } from './history.ts'

/**
 * Which rows are still served from the cache after a write: what a table of the docs states is asserted with it. Every row is
 * read once, `ids` are written, and every row is read again, one at a time.
 *
 * @returns the rows whose second read was a hit
 */
export async function survivors(
  cache: Cache,
  reader: HistoryReader,
  writer: HistoryWriter,
  ids: readonly number[],
  rows: number,
): Promise<number[]> {
  const all = Array.from({ length: rows }, (_, index) => index + 1)
  for (const id of all) await reader.read([id])
  await writer.write(ids)
  let hits = 0
  const stop = cache.on('hit', () => hits++)
  const left: number[] = []
  for (const id of all) {
    hits = 0
    await reader.read([id])
    if (hits > 0) left.push(id)
  }
  stop()
  return left
}
