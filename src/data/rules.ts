import { CacheError, optionError } from '../base/errors.ts'
import { type Key, keyText } from '../base/key.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Cache } from '../cache/cache.ts'
import { type Change, EVERY_ENTITY, type Operation } from './change.ts'

/** What a change means beyond the default tags. */
export interface Rule {
  /** The tables or collections it is about, as changes name them; `'*'` for all. */
  readonly entity: string | readonly string[]
  /** Default: all. A change of unknown operation counts as each of them. */
  readonly on?: readonly Operation[]
  /** The cache that it is about. Default: all of the tracker. */
  readonly cache?: Cache
  /** Tags that are invalidated, too. Ids may be unknown: then name what stands for all. */
  readonly tags?: (change: Change) => Iterable<string>
  /** Keys that are invalidated, too. Ids may be unknown: what has no tag for all cannot be found by key alone. */
  readonly keys?: (change: Change) => Iterable<Key>
  /**
   * Write-through: what is to be loaded anew once the change is invalidated, as calls of defined handles:
   * `({ ids = [] }) => ids.map((id) => () => product.refresh(id))`. Each load begins after COMMIT and is stored under its
   * lease, so that of two writers the later one's value stays. It runs in the background; what fails is an `error` event.
   */
  readonly refresh?: (change: Change) => Iterable<() => Promise<unknown>>
}

const RULE_OPTIONS = ['entity', 'on', 'cache', 'tags', 'keys', 'refresh'] as const

/** @throws {CacheError} `E_OPTION` */
export function checkRules(rules: readonly Rule[], caches: readonly Cache[]): readonly Rule[] {
  if (!Array.isArray(rules)) throw optionError('rules', 'a list of rules', rules)
  for (const rule of rules) {
    refuseUnknown('rule', rule, RULE_OPTIONS)
    const entities = typeof rule.entity === 'string' ? [rule.entity] : rule.entity
    if (!Array.isArray(entities) || entities.length === 0 || !entities.every(isName))
      throw optionError('entity', "a table, a list of tables, or '*'", rule.entity)
    for (const name of ['tags', 'keys', 'refresh'] as const) {
      if (rule[name] !== undefined && typeof rule[name] !== 'function')
        throw optionError(name, 'a function of a change', rule[name])
    }
    if (rule.cache !== undefined && !caches.includes(rule.cache))
      throw new CacheError('E_OPTION', "Option 'cache': expected one of the tracker's caches.")
  }
  return rules
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== ''
}

/** Whether a rule has something to say of a change. */
export function concerns(rule: Rule, { entity, operation }: Change): boolean {
  const entities = typeof rule.entity === 'string' ? [rule.entity] : rule.entity
  const named = entity === EVERY_ENTITY || entities.includes(entity) || entities.includes('*')
  return named && (operation === 'unknown' || rule.on === undefined || rule.on.includes(operation))
}

/** The keys that rules name for these changes. @throws {CacheError} `E_KEY`, and what a rule throws */
export function keysOf(rules: readonly Rule[], changes: readonly Change[]): string[] {
  const keys = new Set<string>()
  for (const rule of rules) {
    for (const change of changes) {
      if (rule.keys === undefined || !concerns(rule, change)) continue
      for (const key of rule.keys(change)) keys.add(keyText(key))
    }
  }
  return [...keys]
}
