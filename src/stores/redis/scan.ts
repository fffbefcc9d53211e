import type { Operation } from '../../base/store.ts'
import type { Line } from './line.ts'
import type { Reply } from './port.ts'

const DEFAULT_BATCH = 500

/**
 * Keys that begin with `head`, never the hash of generations; one server after the other. SCAN gives each key that lives throughout at least once.
 *
 * @param operation.batch how many keys the server looks at in one step; a batch of the answer may hold more or fewer
 */
export async function* scanKeys(
  lines: readonly Line[],
  head: string,
  except: string,
  operation: Operation & { batch?: number },
): AsyncIterable<readonly string[]> {
  for (const line of lines) yield* scanOne(line, head, except, operation)
}

async function* scanOne(
  line: Line,
  head: string,
  except: string,
  operation: Operation & { batch?: number },
): AsyncIterable<readonly string[]> {
  const count = String(operation.batch ?? DEFAULT_BATCH)
  let cursor = '0'
  do {
    const [reply] = await line.run(
      [['SCAN', cursor, 'MATCH', literal(head), 'COUNT', count]],
      operation,
    )
    const [next, found] = reply as [Reply, readonly Reply[]]
    cursor = String(next)
    const keys = found.map(String).filter((key) => key !== except)
    if (keys.length > 0) yield keys
  } while (cursor !== '0')
}

/** Redis' glob has its own signs; in a head they mean themselves. */
function literal(head: string): string {
  return `${head.replace(/[\\*?[\]^]/g, '\\$&')}*`
}
