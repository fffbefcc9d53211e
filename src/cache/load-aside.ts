import type { CacheCore } from './core.ts'
import { Flight } from './flight.ts'
import { LoadCall } from './load-call.ts'
import type { LoadRequest } from './load-request.ts'
import { currentLoad, runLoad } from './load-run.ts'

/** A load with nobody to share with: the same key inside its own loader, or two loaders that would wait for each other. */
export async function loadAside(core: CacheCore, request: LoadRequest): Promise<unknown> {
  request.settled?.()
  const { tally } = core
  const flight = new Flight(request.wire, '')
  let began: number | undefined
  let failed = true
  const { signal } = request
  const abort = (): void => flight.controller.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  // Still part of the load around it: what it asks for in turn must not wait for that one.
  const done = currentLoad.getStore()?.awaits(flight)
  try {
    const call = new LoadCall(flight.controller.signal, request.terms, undefined, 0)
    const { loadTimeoutMs } = request.freshness
    const value = await runLoad(core, flight, loadTimeoutMs, request.key, () => {
      tally.load(request.wire)
      began = tally.now()
      return request.load(call)
    })
    failed = false
    return value
  } finally {
    if (began !== undefined) tally.loaded(request.wire, request.key, tally.now() - began, failed)
    done?.()
    signal?.removeEventListener('abort', abort)
  }
}
