// Reads the shop's running totals once a second and draws what happened in between.
const POINTS = 60
const history = { requests: [], queries: [], hitRate: [] }
let before

function show(name, text) {
  for (const place of document.querySelectorAll(`[data-number="${name}"]`)) place.textContent = text
}

function whole(number) {
  return number === undefined ? '–' : Math.round(number).toLocaleString('en-IE')
}

function bytes(number) {
  if (number === undefined) return 'not known'
  return number < 1_048_576
    ? `${(number / 1024).toFixed(0)} KB`
    : `${(number / 1_048_576).toFixed(1)} MB`
}

function draw(name, value, top) {
  const points = history[name]
  points.push(value)
  if (points.length > POINTS) points.shift()
  const highest = top ?? Math.max(1, ...points) * 1.15
  const step = 300 / (POINTS - 1)
  const start = (POINTS - points.length) * step
  const line = points.map(
    (point, index) =>
      `${(start + index * step).toFixed(1)},${(78 - (point / highest) * 74).toFixed(1)}`,
  )
  document.querySelector(`[data-chart="${name}"]`).innerHTML =
    `<polygon points="${start.toFixed(1)},80 ${line.join(' ')} 300,80"/><polyline points="${line.join(' ')}"/>`
}

async function tick() {
  const response = await fetch('/cache-stats.json')
  const now = await response.json()
  const { cache } = now
  if (before) {
    const seconds = (now.atMs - before.atMs) / 1000
    // This page's own requests are not a visitor's.
    const requests = Math.max(0, now.requests - before.requests - 1) / seconds
    const queries = (now.databaseQueries - before.databaseQueries) / seconds
    const served = cache.hits + cache.stale - before.cache.hits - before.cache.stale
    const missed = cache.misses - before.cache.misses
    const hitRate = served + missed === 0 ? (cache.hitRate ?? 0) : served / (served + missed)
    draw('requests', requests)
    draw('queries', queries)
    draw('hitRate', hitRate, 1.05)
    show('requests', whole(requests))
    show('queries', whole(queries))
    show('hitRate', `${(hitRate * 100).toFixed(1)} %`)
  }
  before = now
  show('store', cache.store)
  for (const name of ['hits', 'misses', 'stale', 'loads', 'entries', 'clients'])
    show(name, whole(cache[name]))
  show('bytes', bytes(cache.bytes))
  show('rates', whole(now.ratesRequests))
  // What a server may take of its machine is not the cache's own bound.
  const { budgetBytes = cache.store === 'memory' ? cache.maxBytes : undefined } = cache.detail
  const { budgetUsed = cache.bytes } = cache.detail
  show('budget', budgetBytes ? `${bytes(budgetUsed)} of ${bytes(budgetBytes)}` : 'none')
  for (const queue of ['mails', 'warming'])
    for (const state of ['waiting', 'active', 'completed', 'failed'])
      show(`${queue}-${state}`, whole(now.jobs[queue]?.[state]))
}

for (;;) {
  await tick().catch(() => show('store', 'the shop does not answer'))
  await new Promise((resolve) => setTimeout(resolve, 1000))
}
