import type { PanelCall, PanelRepeat, PanelRequest } from './panel-request.ts'
import { PANEL_STYLE } from './panel-style.ts'

/** Rows that are shown; the data has all. */
const MOST_ROWS = 200
const DEEPEST = 4
const MARK =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1 11c2 0 2-2 3.5-2S6.5 11 8 11s2-2 3.5-2S13 11 15 11M1 7c2 0 2-2 3.5-2S6.5 7 8 7s2-2 3.5-2S13 7 15 7" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></svg>'

/**
 * The panel as it is put into a page: in a shadow tree of its own, without scripts, and in ASCII, which every coding of pages
 * has in common. Whatever comes from the request or from keys is text.
 *
 * @param nonce for its style; empty for none
 */
export function panelHtml(request: PanelRequest, nonce: string): string {
  const style = `<style${nonce === '' ? '' : ` nonce="${text(nonce)}"`}>${PANEL_STYLE}</style>`
  const body = `<details class="panel"><summary>${summaryOf(request)}</summary>${sheet(request)}</details>`
  return `<breakwater-panel><template shadowrootmode="open">${style}${body}</template></breakwater-panel>`
}

function summaryOf(request: PanelRequest): string {
  const { cacheMs, calls, dropped, hits, misses, repeats } = request
  const count = calls.filter(({ kind }) => kind !== 'load').length + dropped
  const told = [
    `${MARK}cache`,
    `<span>${plural(count, 'call')}</span>`,
    `<span class="hit">${plural(hits, 'hit')}</span>`,
    `<span class="${misses > 0 ? 'miss' : ''}">${plural(misses, 'miss', 'misses')}</span>`,
    `<span>${duration(cacheMs)}</span>`,
  ]
  if (repeats.length > 0) told.push(`<span class="alarm">&#9888; ${repeats.length}</span>`)
  return told.join('')
}

function sheet(request: PanelRequest): string {
  const { calls, durationMs, method, repeats, status, url } = request
  const when = durationMs === undefined ? '' : duration(durationMs)
  const head = `<header><b>${text(method)} ${text(url)}</b><small>${text(String(status ?? ''))} ${when}</small></header>`
  const warnings =
    repeats.length === 0
      ? ''
      : `<ul aria-label="Could be fewer">${repeats.map(warning).join('')}</ul>`
  const none = '<p>This request asked no cache.</p>'
  return `<section class="sheet" aria-label="Caches of this request" tabindex="0">${head}${figures(request)}${warnings}${calls.length === 0 ? none : table(request)}</section>`
}

function figures(request: PanelRequest): string {
  const { cacheMs, hits, loads, misses, savedMs, stale } = request
  const reads = hits + misses
  const rate = reads === 0 ? '&#8211;' : `${Math.round((hits / reads) * 100)} %`
  const served = stale > 0 ? ` <small>${stale} stale</small>` : ''
  const rows = [
    ['Hit rate', `${rate} <small>${hits} of ${reads}</small>${served}`],
    ['Time in caches', duration(cacheMs)],
    ['Loads', String(loads)],
    ['Loading spared', duration(savedMs)],
  ]
  return `<dl>${rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`
}

function warning({ alias, count, kind, name, site }: PanelRepeat): string {
  const where = site === undefined ? '' : ` in <code>${text(site)}</code>`
  const named = `<code>${text(name)}</code> of ${text(alias)}`
  return kind === 'same'
    ? `<li><b>Asked ${count} times:</b> ${named}${where}. Ask once and pass it on, or give the request a memo.</li>`
    : `<li><b>One by one, ${count} times:</b> ${named}${where}. One <code>getMany</code> or a loader would do.</li>`
}

function table({ calls, dropped }: PanelRequest): string {
  const end = Math.max(...calls.map((call) => call.startMs + (call.durationMs ?? 0)), 0.001)
  const begin = Math.min(...calls.map(({ startMs }) => startMs))
  const again = new Map<string, number>()
  const rows = inOrder(calls)
    .slice(0, MOST_ROWS)
    .map(({ call, depth }) => {
      const of = JSON.stringify([call.kind, call.alias, call.keys[0]])
      const times = (again.get(of) ?? 0) + 1
      again.set(of, times)
      const isRepeat = times > 1 && call.kind === 'get' && call.keyCount === 1
      return row(call, depth, isRepeat ? times : 0, { begin, span: Math.max(end - begin, 0.001) })
    })
  const rest = calls.length - rows.length + dropped
  const more = rest > 0 ? `<p>And ${rest} more.</p>` : ''
  return `<table><thead><tr><th>Call</th><th>Result</th><th class="bar">When</th><th class="num">Time</th><th class="site">Called in</th></tr></thead><tbody>${rows.join('')}</tbody></table>${more}`
}

/** Each call is followed by what was called within it. */
function inOrder(calls: readonly PanelCall[]): { call: PanelCall; depth: number }[] {
  const inside = new Map<number | undefined, number[]>()
  for (const [index, { within }] of calls.entries()) {
    const group = inside.get(within)
    if (group === undefined) inside.set(within, [index])
    else group.push(index)
  }
  const ordered: { call: PanelCall; depth: number }[] = []
  // A list and no recursion: loads can be nested as deep as an application likes.
  const open = (inside.get(undefined) ?? []).map((index) => ({ index, depth: 0 })).toReversed()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { depth, index } = next
    ordered.push({ call: calls[index] as PanelCall, depth })
    const within = (inside.get(index) ?? []).map((each) => ({ index: each, depth: depth + 1 }))
    open.push(...within.toReversed())
  }
  return ordered
}

function row(
  call: PanelCall,
  depth: number,
  times: number,
  { begin, span }: { begin: number; span: number },
): string {
  const { durationMs, site = '' } = call
  const look = lookOf(call)
  const from = ((call.startMs - begin) / span) * 100
  const width = Math.max(((durationMs ?? 0) / span) * 100, 1)
  const bar = `<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="${look}" x="${Math.min(from, 99).toFixed(2)}" width="${width.toFixed(2)}" height="8"/></svg>`
  const repeated = times === 0 ? '' : `<span class="again">${times}${ordinal(times)} time</span>`
  return `<tr class="d${Math.min(depth, DEEPEST)}"><td><span class="op">${text(call.operation)}</span>${namesOf(call)}${repeated}</td><td>${resultOf(call, look)}</td><td class="bar">${bar}</td><td class="num">${durationMs === undefined ? '' : duration(durationMs)}</td><td class="site"><code>${text(site)}</code></td></tr>`
}

function namesOf({ alias, keyCount, keys, tags }: PanelCall): string {
  const names = keys.length > 0 ? keys : tags.map((tag) => `#${tag}`)
  const shown = names.slice(0, 3).map((name) => `<code>${text(name)}</code>`)
  const rest = Math.max(keyCount, names.length) - shown.length
  const more = rest > 0 ? ` <span class="note">and ${rest} more</span>` : ''
  const whose = alias === 'default' ? '' : ` <span class="note">${text(alias)}</span>`
  return shown.join(', ') + more + whose
}

function resultOf(call: PanelCall, look: string): string {
  const { error, hits, joined, keyCount, kind, layer, misses, savedMs } = call
  const name = kind === 'load' && look === 'load' ? 'loaded' : look
  const notes: string[] = []
  if (keyCount > 1 && hits + misses > 0) notes.push(`${hits} of ${hits + misses}`)
  if (layer !== undefined && look !== 'load') notes.push(layer)
  if (joined) notes.push('shared a load')
  if (savedMs > 0) notes.push(`spared ${duration(savedMs)}`)
  const failure = error === undefined ? '' : `<br><span class="error">${text(error)}</span>`
  return `<span class="badge ${look}">${name}</span> <span class="note">${notes.join(', ')}</span>${failure}`
}

function lookOf({ durationMs, kind, outcome }: PanelCall): string {
  if (durationMs === undefined || outcome === undefined) return 'running'
  return kind === 'load' && outcome === 'done' ? 'load' : outcome
}

function ordinal(count: number): string {
  if (count % 100 >= 11 && count % 100 <= 13) return 'th'
  return ['th', 'st', 'nd', 'rd'][count % 10] ?? 'th'
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms >= 100 ? Math.round(ms) : ms.toFixed(ms >= 10 ? 1 : 2)} ms`
}

/** Text, and nothing but text, in ASCII. */
function text(value: string): string {
  let written = ''
  for (const char of value) {
    const code = char.codePointAt(0) as number
    const isAscii = code >= 32 && code < 127
    // What is no character cannot be referred to either.
    const isCharacter = code >= 160 && !(code >= 0xd800 && code <= 0xdfff)
    if (isAscii && !'&<>"\'`'.includes(char)) written += char
    else written += isAscii || isCharacter ? `&#${code};` : '&#65533;'
  }
  return written
}
