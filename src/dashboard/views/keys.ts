import type { Cache } from '../../cache/cache.ts'
import { html, type Html } from '../markup.ts'
import type { FoundKeys } from '../searches.ts'
import { count, counted } from '../words.ts'
import { type Ask, aliasOf, given } from './ask.ts'
import { banner, choice, code, empty, field, keyLink, link } from './parts.ts'

/** Keys that match a pattern, as many as are asked for. Nothing is looked for before somebody asks. */
export async function keys(ask: Ask): Promise<Html> {
  const { board, params } = ask
  const alias = aliasOf(ask) ?? board.aliases[0]
  const pattern = given(params, 'pattern')
  const namespace = given(params, 'ns')
  const more = given(params, 'more')
  if (alias === undefined)
    return html`<h1>Keys</h1>
      ${empty('No caches', 'There is no alias to look into.')}`
  return html` <div class="heading"><h1>Keys</h1></div>
    <form class="bar" method="get" action="keys" role="search">
      ${choice('Cache', 'alias', board.aliases, alias)}
      ${field('Pattern', 'pattern', pattern ?? '', { required: true, placeholder: 'product:*', hint: '* any characters, ? one, [abc] one of' })}
      ${field('Namespace', 'ns', namespace ?? '', { hint: 'of namespace(), if any' })}
      <button class="primary">Search</button>
    </form>
    <form class="bar" method="get" action="key">
      <input type="hidden" name="alias" value="${alias}" />
      ${namespace !== undefined && html`<input type="hidden" name="ns" value="${namespace}" />`}
      ${field('One key', 'key', '', { required: true, placeholder: 'product:7', hint: `exactly as the application writes it, in ${alias}` })}
      <button>Open</button>
    </form>
    ${
      pattern === undefined
        ? empty(
            'Look for keys when you need them',
            html`A search goes through the keys of one alias in small batches, and rests when a page
              is full. To see what the application uses most,
              <a href="${link('families')}">families</a> cost nothing.`,
          )
        : await results(ask, { alias, pattern, namespace, more })
    }`
}

interface Wanted {
  readonly alias: string
  readonly pattern: string
  readonly namespace: string | undefined
  readonly more: string | undefined
}

/** The view of an alias that a namespace names; nested ones are joined by `>`. */
export function viewOf(cache: Cache, namespace: string | undefined): Cache {
  return namespace === undefined
    ? cache
    : namespace.split('>').reduce((view, name) => view.namespace(name.trim()), cache)
}

async function results(ask: Ask, wanted: Wanted): Promise<Html> {
  const { alias, more, namespace, pattern } = wanted
  const { board } = ask
  const cache = viewOf(board.cache(alias), namespace)
  if (!cache.can.scan)
    return empty(
      'This store cannot list its keys',
      html`${code(alias)} is kept in a store that finds a value only by its key. Open one key above,
        or see <a href="${link('families')}">families</a>.`,
    )
  const found =
    more === undefined
      ? await board.searches.begin(cache, pattern)
      : await board.searches.goOn(more)
  if (found === undefined)
    return empty(
      'This search was given up',
      html`It rested for more than two minutes.
        <a href="${link('keys', { alias, pattern, ns: namespace })}">Begin again</a>.`,
    )
  return list(ask, wanted, found)
}

function list(ask: Ask, { alias, namespace, pattern }: Wanted, found: FoundKeys): Html {
  const { board } = ask
  const { redaction, readOnly } = board.settings
  const hidden = redaction.hidesAlias(alias)
  const isAll = found.more === undefined
  return html` ${hidden && banner('quiet', 'Keys are shortened', html`Whoever knows a key of ${code(alias)} may have what it opens.`)}
    <div class="found">
      <p role="status">
        ${
          found.total === 0
            ? html`${isAll ? 'No key matches' : 'No key so far matches'} ${code(pattern)}.`
            : html`${isAll ? '' : 'The first '}${counted(found.total, 'key')}
              ${isAll && (found.total === 1 ? 'matches' : 'match')}
              ${code(pattern)}${isAll ? '' : ', and there may be more'}.`
        }
      </p>
      ${
        !readOnly &&
        found.total > 0 &&
        html`<a
          class="button danger"
          href="${link('confirm', { act: 'delete-pattern', alias, pattern, ns: namespace })}"
          data-dialog
          >Delete all that match…</a
        >`
      }
    </div>
    ${
      found.keys.length > 0 &&
      html`<ul class="keys panel">
        ${found.keys.map(
          (key) =>
            html`<li>
              ${
                hidden || namespace === undefined
                  ? keyLink(ask, alias, key, 200)
                  : html`<a href="${link('key', { alias, key, ns: namespace })}"
                      >${code(key, 200)}</a
                    >`
              }
            </li>`,
        )}
      </ul>`
    }
    ${
      !isAll &&
      html`<p>
        <a
          class="button"
          href="${link('keys', { alias, pattern, ns: namespace, more: found.more })}"
          >Go on searching</a
        >
        <small>${count(found.total)} so far</small>
      </p>`
    }`
}
