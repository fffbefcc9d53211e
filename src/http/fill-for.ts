import { taggedBy } from './cdn/tagged.ts'
import type { Afterlife, ReplyWith } from './afterlife.ts'
import { mayBeCoded, withCodedBodies } from './coded-bodies.ts'
import type { Exchange } from './exchange.ts'
import { Fill } from './fill.ts'
import type { Marks } from './holes/marks.ts'
import { UNCODED } from './holes/uncoded.ts'
import type { PageTarget } from './key.ts'
import { errorReply } from './mistakes.ts'
import { outward } from './outward.ts'
import type { PageCache } from './page-cache.ts'
import { Reads, type Select } from './reads.ts'
import { onTakeOver } from './request-notes.ts'
import type { TagScope } from './tag.ts'
import { hiddenFields } from './tracked-request.ts'
import { refuseUndeclared } from './undeclared.ts'

/** The fill of one request under one key; from now on `scope` records what its view reads. */
export function fillFor<Incoming>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, unknown>,
  target: PageTarget,
  how: {
    /** The Vary names of the key; `undefined` for the URL's own. */
    readonly names: readonly string[] | undefined
    readonly key: string
    readonly select: Select
    readonly scope: TagScope
    readonly afterlife: Afterlife | undefined
    readonly marks: Marks | undefined
    readonly reply: ReplyWith
  },
): Fill {
  const { afterlife, key, marks, names, scope, select } = how
  const { clock, compress, maxBodyBytes, onError, reads: mode } = cache.policy
  const { targets, ttlMs, waitMs } = cache.policy
  const keyed = cache.keyedFor(exchange, target)
  const hidden = hiddenFields([...(afterlife?.asks ?? []), ...(marks === undefined ? [] : UNCODED)])
  const isKeyed = (name: string): boolean => keyed(name) || hidden.includes(name)
  const reads = new Reads(mode === 'throw' ? refuseUndeclared(isKeyed, names) : undefined)
  scope.reads = reads
  const tagged = taggedBy(cache, exchange, target, scope)
  const fill = new Fill({
    clock,
    maxBodyBytes,
    afterwards: cache.policy,
    afterlife,
    marks,
    throwsPersonal: cache.policy.onPersonal === 'throw',
    tell: (mistake) => {
      onError(mistake)
      return errorReply(mistake)
    },
    reply: how.reply,
    query: target.query,
    hearSearch: (rule) => cache.searches.hear(target, rule, clock.now()),
    pageTtlMs: ttlMs,
    waitMs,
    mayBeCoded: (fields) => compress !== undefined && mayBeCoded(fields, compress),
    coded: async (page) => {
      if (compress === undefined) return page
      return await withCodedBodies(page, compress, maxBodyBytes, onError)
    },
    targets,
    authorized: target.authorized,
    names,
    header: select,
    reads,
    isKeyed,
    strict: mode !== 'vary',
    personal: target.principal !== undefined,
    lastWord: () => reads.untracked(() => cache.lastWord(exchange, target, scope)),
    announce: (refusal, fields) => {
      if (refusal !== undefined) {
        const status = { hit: false, fwd: 'bypass', key, detail: refusal } as const
        return outward(cache.policy, status, tagged?.(fields))
      }
      const missed = names === undefined ? 'uri-miss' : 'vary-miss'
      const fwd = afterlife === undefined ? missed : 'stale'
      return outward(cache.policy, { hit: false, fwd, stored: true, key }, tagged?.(fields))
    },
  })
  if (cache.givesWay) {
    scope.takenOver = (path) => {
      // A page within this one, of another address, is only a part of it.
      if (path === target.path) fill.giveUp()
    }
    onTakeOver(exchange.incoming, scope.takenOver)
  }
  return fill
}
