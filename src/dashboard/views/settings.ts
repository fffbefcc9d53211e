import type { Capabilities } from '../../base/store.ts'
import { setupOf } from '../../cache/inspection.ts'
import { html, type Html, type Piece } from '../markup.ts'
import { bytes, count, duration } from '../words.ts'
import type { Ask } from './ask.ts'
import { badge, code, empty, panel } from './parts.ts'
import { healthBadge } from './health.ts'

/** How the caches are set up. Nothing secret can be here: addresses and keys are not known to those who are asked. */
export async function settings(ask: Ask): Promise<Html> {
  const { board } = ask
  const opened = board.settings.caches.opened()
  const idle = board.aliases.filter((alias) => !opened.some((cache) => cache.alias === alias))
  const inOrder = opened.toSorted(
    (a, b) => board.aliases.indexOf(a.alias) - board.aliases.indexOf(b.alias),
  )
  const stats = await Promise.all(
    inOrder.map(async (cache) => [cache, await cache.stats()] as const),
  )
  return html` <div class="heading"><h1>Settings</h1></div>
    ${opened.length === 0 && empty('No cache is in use yet', 'An alias is opened when the application first uses it.')}
    <div class="columns">
      ${stats.map(([cache, { bytes: used, clients, entries, maxBytes }]) => {
        const { can, codec, encrypts, policy, store } = setupOf(cache)
        const health = board.measures.find(({ alias }) => alias === cache.alias)?.health
        const near = board.measures.find(({ alias }) => alias === cache.alias)?.near
        return panel(
          cache.alias,
          html`<dl class="facts">
            <dt>Store</dt>
            <dd>${code(store)}</dd>
            <dt>Entries</dt>
            <dd>${count(entries)}</dd>
            <dt>Memory</dt>
            <dd>${bytes(used)}${maxBytes !== undefined && ` of ${bytes(maxBytes)}`}</dd>
            ${
              clients !== undefined &&
              html`<dt>Connections</dt>
                <dd>${count(clients)}, from anyone</dd>`
            }
            <dt>Near cache</dt>
            <dd>
              ${near === undefined ? 'none' : `${count(near.entries)} entries, ${bytes(near.bytes)}${near.maxBytes === undefined ? '' : ` of ${bytes(near.maxBytes)}`}`}
            </dd>
            <dt>TTL</dt>
            <dd>
              ${duration(policy.ttlMs)}${policy.staleMs > 0 && `, then stale for ${duration(policy.staleMs)}`}
            </dd>
            <dt>Jitter</dt>
            <dd>${Math.round(policy.jitter * 1000) / 10} % of the ttl</dd>
            <dt>When the store is away</dt>
            <dd>
              ${policy.onOutage === 'bypass' ? 'the application goes on without it' : 'calls throw'}
            </dd>
            <dt>Loads at once</dt>
            <dd>
              ${policy.maxConcurrentLoads === Infinity ? 'no limit' : count(policy.maxConcurrentLoads)}
            </dd>
            <dt>Codec</dt>
            <dd>${code(codec)}${encrypts && html` ${badge('encrypted', 'good')}`}</dd>
            <dt>The store can</dt>
            <dd>${abilities(can)}</dd>
          </dl>`,
          health && healthBadge(health),
        )
      })}
    </div>
    ${idle.length > 0 && panel('Not in use', html`<p class="prose">Configured, and opened by this process when they are first used: ${idle.map((alias) => html`${code(alias)} `)}</p>`)}
    ${panel('This dashboard', ownFacts(ask))}`
}

function abilities(can: Capabilities): Piece {
  const words = [
    can.shared ? 'be seen by all processes' : 'be seen by this process alone',
    can.scan && 'list its keys',
    can.pushWake && 'wake waiters',
    can.durable && 'survive a restart',
  ].filter((word) => word !== false)
  return words.join(', ')
}

function ownFacts({ actor, board }: Ask): Html {
  const { authorize, fleet, pages, readOnly, requests } = board.settings
  return html`<dl class="facts">
    <dt>You are</dt>
    <dd><bdi>${actor}</bdi></dd>
    <dt>Who may see it</dt>
    <dd>
      ${authorize === undefined ? 'whoever asks for localhost, while NODE_ENV is not production' : 'those whom authorize names'}
    </dd>
    <dt>Changes</dt>
    <dd>${readOnly ? 'none: read only' : 'asked for, checked, and written into the audit'}</dd>
    <dt>Page caches</dt>
    <dd>${Object.keys(pages).join(', ') || 'none given'}</dd>
    <dt>Fleet</dt>
    <dd>${fleet === undefined ? 'not joined' : 'joined'}</dd>
    <dt>Requests</dt>
    <dd>${requests === undefined ? 'not told' : 'told'}</dd>
    <dt>Looking now</dt>
    <dd>${count(board.live.viewers)}</dd>
  </dl>`
}
