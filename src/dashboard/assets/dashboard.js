// @ts-check
// What the pages do beyond what they are: they keep themselves up to date, ask in a dialog, and show what lies under the
// pointer. Without this file everything works all the same.

const view = /** @type {HTMLElement} */ (document.getElementById('view'))
const told = /** @type {HTMLElement} */ (document.getElementById('told'))
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('dialog'))

/**
 * For who cannot see it. Said again if it is the same.
 *
 * @param {string} text
 */
function tell(text) {
  told.textContent = ''
  setTimeout(() => (told.textContent = text), 50)
}

// Live

/**
 * Makes `old` what `next` is, and leaves alone what is the same: focus, open details and what is typed stay.
 *
 * @param {Node} old
 * @param {Node} next
 */
function become(old, next) {
  if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) {
    old.parentNode?.replaceChild(document.importNode(next, true), old)
    return
  }
  if (!(old instanceof Element) || !(next instanceof Element)) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue
    return
  }
  for (const { name } of [...old.attributes])
    if (!next.hasAttribute(name) && name !== 'open') old.removeAttribute(name)
  for (const { name, value } of next.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  const [before, after] = [[...old.childNodes], [...next.childNodes]]
  for (const [at, child] of after.entries()) {
    const known = before[at]
    if (known === undefined) old.append(document.importNode(child, true))
    else become(known, child)
  }
  for (const extra of before.slice(after.length)) extra.remove()
}

/** @param {string} markup */
function parsed(markup) {
  return new DOMParser().parseFromString(markup, 'text/html')
}

/** @param {HTMLButtonElement} button */
function stayLive(button) {
  const label = /** @type {HTMLElement} */ (button.querySelector('[data-live-text]'))
  /** @type {EventSource | undefined} */
  let source

  /** @param {string} text @param {boolean} isOn */
  const show = (text, isOn) => {
    label.textContent = text
    button.setAttribute('aria-pressed', String(isOn))
  }
  const stop = () => {
    source?.close()
    source = undefined
  }
  const start = () => {
    stop()
    source = new EventSource(/** @type {string} */ (button.dataset['live']))
    source.addEventListener('open', () => show('Live', true))
    source.addEventListener('message', ({ data }) => {
      // In its own element: blanks at the beginning of a document are dropped, and would shift everything.
      const next = parsed(`<div id="view">${data}</div>`).getElementById('view')
      if (next === null) return
      become(view, next)
      show('Live', true)
      filter()
      point()
    })
    source.addEventListener('error', () => {
      // Refused for good, as there are enough viewers: the page is as it was when it came.
      const isOver = source?.readyState === EventSource.CLOSED
      show(isOver ? 'Not live' : 'Reconnecting', false)
    })
  }
  button.hidden = false
  button.addEventListener('click', () => {
    if (source === undefined) {
      start()
      tell('Live')
    } else {
      stop()
      show('Paused', false)
      tell('Paused')
    }
  })
  // A page in the background costs nobody anything.
  document.addEventListener('visibilitychange', () => {
    if (label.textContent === 'Paused') return
    if (document.hidden) stop()
    else if (source === undefined) start()
  })
  window.addEventListener('pagehide', stop)
  if (!document.hidden) start()
}

const live = document.querySelector('button[data-live]')
if (live instanceof HTMLButtonElement) stayLive(live)

// Asking

/** @type {Element | null} */
let asker = null

/** @param {string} href */
async function ask(href) {
  const response = await fetch(href)
  if (response.redirected || !response.headers.get('content-type')?.startsWith('text/html')) {
    location.assign(href)
    return
  }
  asker = document.activeElement
  open(await response.text())
}

/**
 * Shows a question: in the dialog, or in the place where it stands.
 *
 * @param {string} markup
 * @param {boolean} [inPlace]
 */
function open(markup, inPlace = false) {
  const page = parsed(markup)
  const content = page.querySelector('.confirm') ?? page.getElementById('view')
  if (content === null) return
  const place = inPlace ? view : dialog
  place.replaceChildren(document.importNode(content, true))
  const heading = dialog.querySelector('h1')
  if (heading !== null) heading.id = 'dialog-title'
  if (!inPlace && !dialog.open) dialog.showModal()
  const first = place.querySelector('input:not([type=hidden]), [data-close]')
  if (first instanceof HTMLElement) first.focus()
}

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target.closest('a') : null
  if (target === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)
    return
  if (target.hasAttribute('data-close') && dialog.contains(target)) {
    event.preventDefault()
    dialog.close()
  } else if (target.hasAttribute('data-dialog')) {
    event.preventDefault()
    void ask(target.href)
  }
})

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement)) return
  const fields = new URLSearchParams()
  for (const [name, value] of new FormData(form)) fields.append(name, String(value))
  if (form.hasAttribute('data-dialog')) {
    event.preventDefault()
    void ask(`${form.action}?${fields}`)
  } else if (form.hasAttribute('data-act')) {
    event.preventDefault()
    void act(form, fields)
  }
})

/**
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} fields
 */
async function act(form, fields) {
  const button = form.querySelector('button')
  if (button !== null) button.disabled = true
  const response = await fetch(form.action, {
    method: 'POST',
    body: fields,
    headers: { 'x-breakwater': 'act' },
  })
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    const { href } = await response.json()
    location.assign(href)
    return
  }
  const text = await response.text()
  if (response.headers.get('content-type')?.startsWith('text/html'))
    open(text, !dialog.contains(form))
  else {
    const said = document.createElement('p')
    said.className = 'said'
    said.setAttribute('role', 'alert')
    said.textContent = text
    form.before(said)
    if (button !== null) button.disabled = false
  }
}

dialog.addEventListener('close', () => {
  if (asker instanceof HTMLElement && asker.isConnected) asker.focus()
})

// What came of an act: said, and where the keyboard goes on.
const notice = document.querySelector('main > [role=status]')
if (notice !== null) {
  tell(notice.textContent ?? '')
  document.getElementById('main')?.focus()
}

// Charts

const tip = document.createElement('div')
const hair = document.createElement('div')
tip.className = 'tip'
hair.className = 'hair'
tip.hidden = true
hair.hidden = true
document.body.append(hair, tip)
const SPAN_MS = 900_000

/** @type {{ plot: Element, x: number } | undefined} Where the pointer is. */
let pointer

/** Shows what lies under the pointer, in the numbers that are there now. */
function point() {
  const chart = pointer?.plot.closest('[data-chart]')
  if (pointer === undefined || !(chart instanceof HTMLElement) || !chart.isConnected) {
    tip.hidden = true
    hair.hidden = true
    return
  }
  /** @type {{ times: number[], lines: { name: string, tone: string, texts: string[] }[] }} */
  const { lines, times } = JSON.parse(chart.dataset['chart'] ?? '{"times":[],"lines":[]}')
  const last = times.at(-1)
  if (last === undefined) return
  const box = pointer.plot.getBoundingClientRect()
  const wanted = last - SPAN_MS * (1 - (pointer.x - box.left) / box.width)
  let nearest = 0
  for (const [at, time] of times.entries())
    if (Math.abs(time - wanted) < Math.abs((times[nearest] ?? 0) - wanted)) nearest = at
  const at = times[nearest] ?? last
  const left = box.left + box.width * (1 - (last - at) / SPAN_MS)
  hair.hidden = false
  hair.style.left = `${left + scrollX}px`
  hair.style.top = `${box.top + scrollY}px`
  hair.style.height = `${box.height}px`
  const when = document.createElement('div')
  when.textContent = new Date(at).toLocaleTimeString()
  tip.replaceChildren(
    when,
    ...lines.map(({ name, texts, tone }) => {
      const row = document.createElement('div')
      row.className = `key ${tone}`
      row.textContent = `${name} ${texts[nearest] ?? '–'}`
      return row
    }),
  )
  tip.hidden = false
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8
  tip.style.left = `${Math.max(8, Math.min(left + 12, room)) + scrollX}px`
  tip.style.top = `${box.top + scrollY + 6}px`
}

document.addEventListener('pointermove', (event) => {
  const plot = event.target instanceof Element ? event.target.closest('.plot') : null
  pointer = plot === null ? undefined : { plot, x: event.clientX }
  point()
})
document.addEventListener('pointerleave', () => {
  pointer = undefined
  point()
})

// Families: the filter acts while it is typed.

/** Hides the rows that do not have it in their name. */
function filter() {
  const input = document.querySelector('input[data-filter]')
  if (!(input instanceof HTMLInputElement)) return
  const wanted = input.value.trim().toLowerCase()
  for (const row of view.querySelectorAll('tbody tr')) {
    const name = row.querySelector('th')?.textContent ?? ''
    row.toggleAttribute('hidden', !name.toLowerCase().includes(wanted))
  }
}
document.addEventListener('input', filter)

// How long a key stays fresh counts down by itself.

const until = document.querySelector('[data-until]')
if (until instanceof HTMLElement) {
  const left = Number(until.dataset['until']) - Number(until.dataset['now'])
  const end = performance.now() + left
  const count = () => {
    const seconds = Math.max(0, Math.floor((end - performance.now()) / 1000))
    const parts = [
      [Math.floor(seconds / 86_400), 'd'],
      [Math.floor(seconds / 3600) % 24, 'h'],
      [Math.floor(seconds / 60) % 60, 'min'],
      [seconds % 60, 's'],
    ]
    const first = parts.findIndex(([number]) => Number(number) > 0)
    until.textContent =
      first === -1
        ? 'no longer: reload to see what is there'
        : parts
            .slice(first, first + 2)
            .map((part) => part.join(' '))
            .join(' ')
  }
  setInterval(count, 1000)
}
