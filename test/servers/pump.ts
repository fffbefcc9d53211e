import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What happens to bytes on their way. One object for a whole proxy, so that a change holds at once. */
export interface Road {
  delayMs: number
  /** Bytes are taken and never delivered; both sides believe that they are connected. */
  swallows: boolean
}

/**
 * Carries what `from` sends to `to`, in order, under the conditions of the road at the moment it is sent.
 *
 * @param seen called with each chunk when it arrives, before any delay
 */
export function pump(from: Socket, to: Socket, road: Road, seen: (chunk: Buffer) => void): void {
  let queue: Promise<void> = Promise.resolve()
  let waiting = 0

  from.on('data', (chunk: Buffer) => {
    seen(chunk)
    if (road.swallows) return
    if (road.delayMs === 0 && waiting === 0) {
      forward(from, to, chunk)
      return
    }
    // Behind what is already waiting: a delay that ends must not let later bytes overtake.
    const due = performance.now() + road.delayMs
    waiting++
    queue = queue.then(async () => {
      await sleep(Math.max(0, due - performance.now()))
      waiting--
      forward(from, to, chunk)
    })
  })
  from.once('end', () => {
    if (!road.swallows) void queue.then(() => to.end())
  })
  from.on('error', () => to.destroy())
  from.once('close', () => {
    if (!road.swallows) void queue.then(() => to.end())
  })
}

function forward(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.destroyed || to.writableEnded) return
  if (to.write(chunk)) return
  from.pause()
  to.once('drain', () => from.resume())
}
