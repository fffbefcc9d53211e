import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Where a shop that runs as a process of its own says it can be reached. */
export async function addressOf(shop: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: shop.stdout as NodeJS.ReadableStream })) {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (address !== undefined) {
      shop.stdout?.resume()
      return address
    }
  }
  throw new Error('The shop ended before it said its address.')
}
