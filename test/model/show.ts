import type { Rules } from './configuration.ts'
import { KIND, type State } from './state.ts'

/** What the source and the store hold, in one line of a trace. */
export function show(state: State, rules: Rules): string {
  const parts = [`source ${state.source}`, `key ${recordOf(state)}`]
  const { present, clock, floor, tag, intents } = state.generations
  if (present === 0) parts.push('generations lost')
  else if (rules.tagged) parts.push(`clock ${clock}, floor ${floor}, tag ${tag === 0 ? '-' : tag}`)
  if (intents !== 0) parts.push(`intents of ${writersOf(intents)}`)
  return parts.join(' | ')
}

function recordOf(state: State): string {
  const { kind, version, stamp, token, leaseStamp, holders } = state.record
  if (kind === KIND.nothing) return 'empty'
  if (kind === KIND.quarantine) return `quarantined by ${writersOf(holders)}`
  // What can never be valid again is told apart no further (tidy.ts).
  const known = stamp === 0 ? 'an invalid value' : `version ${version} of stamp ${stamp}`
  const value = kind === KIND.value ? known : ''
  if (token === 0) return value
  const lease = `lease #${token} of stamp ${leaseStamp}`
  return value === '' ? lease : `${value}, ${lease}`
}

function writersOf(bits: number): string {
  return [0, 1, 2]
    .filter((index) => (bits & (1 << index)) !== 0)
    .map((index) => `writer ${index + 1}`)
    .join(', ')
}
