import type { PanelRequest } from './panel-request.ts'

/** Members of `Server-Timing` (W3C Server Timing), as browsers show them beside a request. */
export function serverTiming({ cacheMs, calls, hits, loads, misses }: PanelRequest): string {
  const parts = [
    `${hits} ${hits === 1 ? 'hit' : 'hits'}`,
    `${misses} ${misses === 1 ? 'miss' : 'misses'}`,
  ]
  const told = [`cache;desc="${parts.join(', ')}";dur=${rounded(cacheMs)}`]
  if (loads > 0) {
    const ms = calls.reduce(
      (sum, { durationMs, kind }) => (kind === 'load' ? sum + (durationMs ?? 0) : sum),
      0,
    )
    told.push(`cache-load;desc="${loads} ${loads === 1 ? 'load' : 'loads'}";dur=${rounded(ms)}`)
  }
  return told.join(', ')
}

function rounded(ms: number): string {
  return String(Math.round(ms * 100) / 100)
}
