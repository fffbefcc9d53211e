// What an answer is worth beside the one that the same application gives without a cache.
import { createHash } from 'node:crypto'
import { type Ask, type Attack, MALLORY } from './attack.ts'
import { lines, type Wired } from './wire.ts'

/** `lesser`: nobody else's, but not the page that the view would have made. */
export type Verdict = 'safe' | 'lesser' | 'leak'

export interface Judged {
  readonly verdict: Verdict
  /** What was asked and what is wrong; empty when safe. */
  readonly why: string
}

export const SAFE: Judged = { verdict: 'safe', why: '' }

export function worse(a: Judged, b: Judged): Judged {
  const order: readonly Verdict[] = ['safe', 'lesser', 'leak']
  return order.indexOf(b.verdict) > order.indexOf(a.verdict) ? b : a
}

/** They speak of the connection or the moment, or are the cache's own. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  'accept-ranges',
  'age',
  'cache-status',
  'connection',
  'content-length',
  'date',
  'etag',
  'keep-alive',
  'transfer-encoding',
])

/** Judges the answers of one attack. */
export class Judge {
  readonly #attack: Attack
  readonly #names: ReadonlySet<string>
  /** What the cache has called each body. */
  readonly #bodies = new Map<string, Buffer>()

  constructor(attack: Attack) {
    this.#attack = attack
    this.#names = new Set(attack.asks.map(({ as }) => as))
  }

  /**
   * @param given by the application with a cache
   * @param right by its twin without one
   */
  judge(ask: Ask, given: Wired | undefined, right: Wired | undefined): Judged {
    if (this.#attack.never === true) return this.#mustMiss(ask, given)
    const fault = this.#fault(ask, given, right)
    if (fault === undefined) return SAFE
    const own = right === undefined ? '' : textOf(right)
    const text = given === undefined ? '' : textOf(given)
    const strangers = [...this.#names].filter((name) => {
      return name !== ask.as && text.includes(name) && !own.includes(name)
    })
    const { exact, lesser, provoked } = this.#attack
    if (provoked === true && ask.as === MALLORY && strangers.length === 0) return SAFE
    const isLeak = (exact === true && lesser === undefined) || strangers.length > 0
    const said = `${ask.as}${ask.path === undefined ? '' : ` at ${ask.path}`}: ${fault}`
    return { verdict: isLeak ? 'leak' : 'lesser', why: said }
  }

  /** Of those who come second, for a page that anybody may have. */
  mustHit(ask: Ask, given: Wired | undefined): Judged {
    const said = given === undefined ? '' : String(lines(given, 'cache-status'))
    if (/; hit/.test(said)) return SAFE
    return { verdict: 'lesser', why: `${ask.as} made the view work again: ${said}` }
  }

  #mustMiss(ask: Ask, given: Wired | undefined): Judged {
    const said = given === undefined ? '' : String(lines(given, 'cache-status'))
    if (!/; (?:hit|collapsed|stored)/.test(said)) return SAFE
    return { verdict: 'leak', why: `${ask.as} was answered with ${said}` }
  }

  #fault(ask: Ask, given: Wired | undefined, right: Wired | undefined): string | undefined {
    if (given === undefined || right === undefined) {
      return given === right ? undefined : `answered ${given?.status} for ${right?.status}`
    }
    const [etag] = lines(given, 'etag')
    if (given.status === 304 && right.status === 200) {
      const known = this.#bodies.get(etag ?? '')
      const isKnown = known?.equals(right.body) === true || etag === digest(right.body)
      return isKnown ? undefined : '304 for another page'
    }
    if (given.status === 200 && etag !== undefined && given.body.length > 0) {
      this.#bodies.set(etag, given.body)
    }
    if (right.status === 200 && (given.status === 206 || given.status === 416)) {
      return partFault(ask, given, right)
    }
    if (given.status !== right.status) return `status ${given.status} for ${right.status}`
    // RFC 9110 §15.4.5: it need not repeat what the client has.
    if (given.status === 304) return this.#tagFault(given, right)
    const [length] = lines(given, 'content-length')
    if (given.body.length > 0 && length !== undefined && Number(length) !== given.body.length) {
      return 'a body of another length than it says'
    }
    if (roundless(given) !== roundless(right)) {
      return `${shown(given.body)} for ${shown(right.body)}`
    }
    return fieldFault(given, right) ?? this.#tagFault(given, right)
  }

  #tagFault(given: Wired, right: Wired): string | undefined {
    return this.#attack.ownTags === true ? undefined : etagFault(given, right)
  }
}

/** A part of the very page, of which the view gives only the whole. */
function partFault(ask: Ask, given: Wired, right: Wired): string | undefined {
  if (ask.headers?.some(([name]) => name === 'Range') !== true)
    return 'a part that nobody asked for'
  const [, from, to, length] =
    /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(String(lines(given, 'content-range'))) ?? []
  if (Number(length) !== right.body.length) return 'a part of another page'
  if (given.status === 416) return undefined
  const part = right.body.subarray(Number(from), Number(to) + 1)
  return given.body.equals(part) ? undefined : 'another part than it says'
}

/** The validator that pages are given which have none. */
function digest(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}

function fieldFault(given: Wired, right: Wired): string | undefined {
  const [has, wants] = [valuesOf(given), valuesOf(right)]
  for (const name of new Set([...has.keys(), ...wants.keys()])) {
    if (OF_THE_MOMENT.has(name)) continue
    const [found, wanted] = [has.get(name) ?? '', wants.get(name) ?? '']
    if (found === wanted) continue
    // The cache may say more: what else selects the page, and that it is one user's.
    if (name === 'vary' && includesAll(found, wanted)) continue
    if (name === 'cache-control' && includesAll(found, wanted) && /private/i.test(found)) continue
    return `${name} '${found}' for '${wanted}'`
  }
  return undefined
}

function etagFault(given: Wired, right: Wired): string | undefined {
  const [etag] = lines(right, 'etag')
  return etag === undefined || lines(given, 'etag')[0] === etag ? undefined : 'another ETag'
}

function valuesOf(answer: Wired): Map<string, string> {
  const values = new Map<string, string>()
  for (let at = 0; at + 1 < answer.fields.length; at += 2) {
    const [name, value] = [answer.fields[at] as string, answer.fields[at + 1] as string]
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return values
}

function includesAll(found: string, wanted: string): boolean {
  const members = new Set(found.split(',').map((each) => each.trim().toLowerCase()))
  return wanted.split(',').every((each) => each === '' || members.has(each.trim().toLowerCase()))
}

function textOf({ body, fields }: Wired): string {
  return `${fields.join('\n')}\n${body.toString('latin1')}`
}

/** The round of an attack is a part of its address, which pages may show. */
function roundless({ body }: Wired): string {
  return body.toString('latin1').replaceAll(/\/[fbc](\d+)/g, '/$1')
}

function shown(body: Buffer): string {
  const text = body.toString('latin1').replace(/[^\x20-\x7e]/g, '?')
  return text.length > 100 ? `'${text.slice(0, 100)}…'` : `'${text}'`
}
