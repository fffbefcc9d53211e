import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { FULL_SIZE } from '../database/generate.ts'
import { storeFolder } from '../paths.ts'

/** Product ids in the order in which visitors of a real shop asked for theirs (see traces/NOTICE). */
export function readTrace(): number[] {
  const bytes = brotliDecompressSync(
    readFileSync(join(storeFolder, 'launch', 'traces', 'web12.u32.br')),
  )
  return Array.from({ length: bytes.length / 4 }, (_, index) =>
    productOf(bytes.readUInt32LE(index * 4)),
  )
}

/**
 * The trace numbers products by first appearance, so its low numbers are its favourites. Spread over the shop's ids (7919
 * shares no factor with 20,000, so no two meet), popularity has nothing to do with category or age.
 */
function productOf(traceNumber: number): number {
  return 1 + ((traceNumber * 7919) % FULL_SIZE.products)
}
