import type { Measures } from '../../base/measures.ts'
import type { Board } from '../board.ts'
import { html, type Html } from '../markup.ts'
import { counted, duration } from '../words.ts'
import { badge, banner, type Tone } from './parts.ts'

/** How long it is said that a store is back. */
const RECENTLY_MS = 300_000

/** Whether the stores answer, and what is owed to them. */
export function healthBanners(board: Board, measures: readonly Measures[]): readonly Html[] {
  return measures.flatMap(({ alias, health, store }) => {
    const { owed, since, state } = health
    const lasting = since === undefined ? '' : ` for ${duration(Math.max(0, board.now - since))}`
    const waiting =
      owed === 0
        ? ''
        : ` ${counted(owed, 'invalidation waits', 'invalidations wait')} and will be sent before anything is served again.`
    const of = html`<code class="name">${alias}</code> (${store})`
    if (state === 'down')
      return banner(
        'bad',
        'A store is away',
        html`${of} has not answered${lasting}. The application goes on without it: reads miss, loads
        run.${waiting}`,
      )
    if (state === 'open')
      return banner(
        'bad',
        'A store is too slow',
        html`${of} answers too late and is spared${lasting}: the circuit breaker is open. Reads
        miss, loads run.${waiting}`,
      )
    if (state === 'probing')
      return banner(
        'warn',
        'A store is being tried again',
        html`${of} was too slow; single requests find out whether it is back.${waiting}`,
      )
    if (owed > 0) return banner('warn', 'Recovering', html`${of} is back.${waiting}`)
    if (since !== undefined && board.now - since < RECENTLY_MS)
      return banner(
        'good',
        'Back again',
        html`${of} answers again${lasting}. Nothing is owed to it.`,
      )
    return []
  })
}

const STATES: Readonly<Record<Measures['health']['state'], readonly [string, Tone]>> = {
  up: ['answers', 'good'],
  down: ['away', 'bad'],
  open: ['spared: too slow', 'bad'],
  probing: ['being tried', 'warn'],
}

export function healthBadge({ state }: Measures['health']): Html {
  const [text, tone] = STATES[state]
  return badge(text, tone)
}
