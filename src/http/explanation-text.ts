import type { PageExplanation } from './explain.ts'
import { wordsOf } from './reasons.ts'

type Explained = Omit<PageExplanation, 'text' | 'remedy'>

/** An explanation in sentences for people. */
export function explanationText(it: Explained): Pick<PageExplanation, 'text' | 'remedy'> {
  const sentences = [
    FATES[it.fate],
    ...foundText(it),
    ...reasonText(it),
    ...variesText(it),
    ...recentText(it),
  ]
  const remedy = remedyOf(it)
  if (remedy !== undefined) sentences.push(`Remedy: ${remedy}`)
  return { text: sentences.join(' '), remedy }
}

const FATES: Readonly<Record<PageExplanation['fate'], string>> = {
  hit: 'This request is answered from the store.',
  stale: 'This request is answered by a stale page from the store, which is then refreshed.',
  miss: 'This request runs its view, and its page is kept if it may be.',
  pass: 'This request runs its view for itself alone.',
  bypass: 'This request goes to its view, past the cache.',
  write:
    'This request always runs its view; when it succeeds, the pages of its address are dropped.',
}

function foundText({ found }: Explained): readonly string[] {
  if (found === undefined) return []
  if (found.kind === 'pass') {
    return [
      `A mark says until ${new Date(found.untilMs).toISOString()} that answers of this address are not kept.`,
    ]
  }
  const { ageMs, bytes, freshForMs, tags } = found
  const life =
    freshForMs > 0
      ? `is fresh for ${freshForMs === Infinity ? 'ever' : seconds(freshForMs)}`
      : `has been stale for ${seconds(-freshForMs)}`
  const said = [`The page of ${bytes} bytes is ${seconds(ageMs)} old and ${life}.`]
  if (tags.length > 0) said.push(`Its tags: ${tags.join(', ')}.`)
  return said
}

function reasonText({ fate, reason }: Explained): readonly string[] {
  if (reason === undefined) return []
  const { why } = wordsOf(reason)
  return [fate === 'miss' ? `The last page of this route was not kept: ${lowered(why)}` : why]
}

function variesText({ variants, varies }: Explained): readonly string[] {
  if (varies.length === 0) return []
  const values = varies.map(
    ([name, value]) => `${name} ${value === undefined ? '(missing)' : `'${value}'`}`,
  )
  const many = variants > 1 ? ` This process knows ${variants} variants of it.` : ''
  return [`The address varies on ${values.join(', ')}.${many}`]
}

function recentText({ recent }: Explained): readonly string[] {
  const { events } = recent
  const counts = Object.entries(events).map(([name, count]) => `${name} ${count}`)
  return counts.length === 0 ? [] : [`So far here: ${counts.join(', ')}.`]
}

function remedyOf({ fate, reason, recent, varies, variants }: Explained): string | undefined {
  if (reason !== undefined) return wordsOf(reason).remedy
  if (fate === 'hit' || fate === 'stale' || fate === 'write') return undefined
  const { hit = 0, miss = 0 } = recent.events
  // As many variants as visitors: every request is the first of its kind.
  if (varies.length > 0 && variants > 2 && miss > hit) {
    const names = varies.map(([name]) => name).join(', ')
    return `Every value of ${names} has a page of its own. Read what the page does not show within untracked(...), and single cookies rather than the whole header.`
  }
  return undefined
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
