// What can be done here. Each act says first what it would do, as exactly as that can be told, and then does it.
import { toMs } from '../base/duration.ts'
import { CacheError } from '../base/errors.ts'
import { inspectKey } from '../cache/inspection.ts'
import type { Invalidated } from '../cache/invalidating.ts'
import { purge } from '../http/purge.ts'
import type { Asked } from './asked.ts'
import type { AuditEntry } from './audit.ts'
import { html, type Piece } from './markup.ts'
import { code, field, link } from './views/parts.ts'
import { counted, duration } from './words.ts'

/** What an act would do. */
interface Plan {
  /** A question. */
  readonly title: string
  readonly sentences: readonly Piece[]
  readonly button: string
  /** What is still to be said. */
  readonly fields?: Piece
}

interface Done {
  readonly outcome: AuditEntry['outcome']
  readonly message: string
}

interface Act {
  readonly plan: (asked: Asked) => Promise<Plan>
  readonly run: (asked: Asked) => Promise<Done>
  /** What must be typed to show that it is meant. Default: nothing. */
  readonly typed?: (asked: Asked) => string
  /** For the audit. */
  readonly target: (asked: Asked) => string
  /** Where one looks at what has come of it. */
  readonly back: (asked: Asked) => string
}

const keyPage = ({ alias, key, namespace }: Asked): string =>
  link('key', { alias, key, ns: namespace })
const tagsPage = ({ alias }: Asked): string => link('tags', { alias })
const keyTarget = ({ key, namespace }: Asked): string =>
  namespace === undefined ? key : `${namespace} > ${key}`

const BY_NAME: Readonly<Record<string, Act>> = {
  delete: {
    async plan(asked) {
      return {
        title: 'Delete this key?',
        sentences: [await whatLies(asked), 'The next reader misses, and loads it anew.'],
        button: 'Delete',
      }
    },
    async run({ cache, key }) {
      const gone = await cache.delete(key)
      return done(
        gone ? 'The key was deleted.' : 'Nothing lay under the key, or the store is away.',
      )
    },
    target: keyTarget,
    back: keyPage,
  },
  invalidate: {
    async plan(asked) {
      return {
        title: 'Invalidate this key?',
        sentences: [
          await whatLies(asked),
          'No reader gets this value any more, in any process, nor one whose load has begun before.',
        ],
        button: 'Invalidate',
      }
    },
    async run({ cache, key }) {
      return invalidated(await cache.invalidate(key), 'The key was invalidated.')
    },
    target: keyTarget,
    back: keyPage,
  },
  touch: {
    async plan(asked) {
      return {
        title: 'Extend this key?',
        sentences: [
          await whatLies(asked),
          'It is fresh for as long as you say, from now on. What has expired is not revived.',
        ],
        button: 'Extend',
        fields: field('Fresh for', 'ttl', '15m', {
          required: true,
          hint: 'such as 90s, 15m, 36h, 7d or forever',
        }),
      }
    },
    async run({ cache, key, ttl }) {
      const touched = await cache.touch(key, ttl)
      const length = duration(toMs(ttl, 'ttl'))
      return touched
        ? done(`The key is now fresh for ${length}.`)
        : { outcome: 'failed', message: 'Nothing lies under the key any more.' }
    },
    target: (asked) => `${keyTarget(asked)} for ${asked.params.get('ttl') ?? ''}`,
    back: keyPage,
  },
  'delete-pattern': {
    async plan(asked) {
      const { board, cache } = asked
      const pattern = asked.need('pattern', 'a pattern')
      const { all, total } = await board.searches.count(cache, pattern)
      return {
        title: 'Delete all keys that match?',
        sentences: [
          html`${all ? counted(total, 'key matches', 'keys match') : `At least ${counted(total, 'key matches', 'keys match')}`}
          ${code(pattern)}${asked.namespace !== undefined && html` in ${code(asked.namespace)}`}.`,
          'They are removed in small batches. Those that are written meanwhile may stay: tags do this at once and exactly.',
        ],
        button: 'Delete them',
      }
    },
    async run(asked) {
      const removed = await asked.cache.deletePattern(asked.need('pattern', 'a pattern'))
      return done(`${counted(removed, 'key was', 'keys were')} deleted.`)
    },
    target: (asked) => asked.need('pattern', 'a pattern'),
    back: (asked) =>
      link('keys', {
        alias: asked.alias,
        pattern: asked.need('pattern', 'a pattern'),
        ns: asked.namespace,
      }),
  },
  'invalidate-tags': {
    async plan({ alias, tags }) {
      return {
        title: `Invalidate ${counted(tags.length, 'tag')}?`,
        sentences: [
          html`Every entry of ${code(alias)} that carries
          ${tags.map((tag, at) => html`${at > 0 && ' or '}${code(tag)}`)} is invalid at once, in
          every process, loads in flight included.`,
          'How many those are no store knows: it costs the same for one and for a million.',
        ],
        button: 'Invalidate',
      }
    },
    async run({ cache, tags }) {
      return invalidated(
        await cache.invalidateTags(tags),
        `${counted(tags.length, 'tag was', 'tags were')} invalidated.`,
      )
    },
    target: ({ tags }) => tags.join(', '),
    back: tagsPage,
  },
  'purge-url': purging(
    'url',
    'an address',
    (address) =>
      html`All variants of ${code(address)} are dropped; the next visitor of each makes it anew.`,
  ),
  'purge-route': purging(
    'route',
    'a route',
    (route) =>
      html`All pages of the route ${code(route)} are dropped; the next visitor of each makes it
      anew.`,
  ),
  'clear-namespace': {
    async plan(asked) {
      const namespace = asked.need('ns', 'a namespace')
      return {
        title: 'Clear this namespace?',
        sentences: [
          html`Everything in ${code(namespace)} of ${code(asked.alias)} is invalid at once.
          ${await howMany(asked)}`,
        ],
        button: 'Clear namespace',
      }
    },
    typed: (asked) => asked.need('ns', 'a namespace'),
    async run(asked) {
      const namespace = asked.need('ns', 'a namespace')
      return invalidated(await asked.cache.clear(), `The namespace ${namespace} was cleared.`)
    },
    target: (asked) => asked.need('ns', 'a namespace'),
    back: tagsPage,
  },
  clear: {
    async plan(asked) {
      const { alias } = asked
      return {
        title: 'Clear the whole cache?',
        sentences: [
          html`Everything of ${code(alias)} is invalid at once, in every process: all versions and
          namespaces. ${await howMany(asked)}`,
          'Every value is loaded anew. See that the database can bear it.',
        ],
        button: 'Clear cache',
      }
    },
    typed: ({ alias }) => alias,
    async run({ alias, board }) {
      return invalidated(await board.cache(alias).clear(), `The cache ${alias} was cleared.`)
    },
    target: () => 'everything',
    back: tagsPage,
  },
}

/** Not by the object itself: it has a `constructor`, too. */
export const ACTS: ReadonlyMap<string, Act> = new Map(Object.entries(BY_NAME))

function purging(name: 'route' | 'url', what: string, sentence: (text: string) => Piece): Act {
  const of = (asked: Asked): string => asked.need(name, what)
  return {
    async plan(asked) {
      const text = of(asked)
      if (name === 'url' && !/^https?:\/\//i.test(text))
        throw new CacheError(
          'E_OPTION',
          "Expected an address such as 'https://shop.example/product/7'.",
        )
      return {
        title: name === 'url' ? 'Purge this address?' : 'Purge this route?',
        sentences: [sentence(text), html`The pages of ${code(asked.alias)} are meant.`],
        button: 'Purge',
      }
    },
    async run(asked) {
      let result: Invalidated | undefined
      const store = {
        invalidateTags: async (tags: readonly string[]) =>
          (result = await asked.board.cache(asked.alias).invalidateTags(tags)),
      }
      await purge(store, { [name]: of(asked) })
      return invalidated(result ?? { applied: true, queued: false }, 'The pages were purged.')
    },
    target: of,
    back: tagsPage,
  }
}

function done(message: string): Done {
  return { outcome: 'done', message }
}

function invalidated({ applied, queued }: Invalidated, message: string): Done {
  if (applied) return done(message)
  return queued
    ? {
        outcome: 'queued',
        message:
          'The store is away: it will be done as soon as it is back, before this process serves anything of it.',
      }
    : { outcome: 'failed', message: 'The store is away: nothing was done.' }
}

/** What would be lost. */
async function whatLies(asked: Asked): Promise<Piece> {
  const { board, cache, key, alias } = asked
  const entry = await inspectKey(cache, key)
  const name = code(board.settings.redaction.key(alias, key))
  if (entry === undefined) return html`Nothing lies under ${name} at this moment.`
  const left = entry.freshUntil - board.now
  const life = left > 0 ? `fresh for ${duration(left)}` : 'stale'
  return html`Under ${name} lies one value,
  ${life}${entry.loadMs > 0 && `, whose load took ${duration(entry.loadMs)}`}.`
}

async function howMany({ board, cache }: Asked): Promise<string> {
  if (!cache.can.scan) return 'How many entries those are this store cannot tell.'
  const { all, total } = await board.searches.count(cache, '*')
  return `${all ? 'These are' : 'These are at least'} ${counted(total, 'key')} of its present version.`
}
