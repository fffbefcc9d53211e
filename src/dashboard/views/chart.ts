// Charts as SVG that the server draws: they stand without JavaScript, print, follow the colour scheme, and are text to who
// cannot see them.
import { html, type Html } from '../markup.ts'
import { SPAN_MS } from '../series.ts'

const WIDTH = 600
const HEIGHT = 120

interface ChartLine {
  readonly name: string
  /** A class of the style sheet: its colour. */
  readonly tone: 'one' | 'two' | 'three'
  readonly values: readonly (number | undefined)[]
}

export interface Chart {
  readonly title: string
  /** Big: as it is now. */
  readonly value: string
  /** Milliseconds since the Unix epoch, of each value. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly show: (value: number) => string
  readonly now: number
  /** Fixed top, as 1 of a share. Default: what fits. */
  readonly top?: number
  /** Fixed bottom. Default 0. */
  readonly bottom?: number
  /** Each line of the grid is many times the one below it: for what spans magnitudes. Default false. */
  readonly logarithmic?: boolean
}

export function chart(given: Chart): Html {
  const { lines, now, show, times, title, value } = given
  const numbers = lines.flatMap((line) => line.values.filter((each) => each !== undefined))
  const { logarithmic = false } = given
  const highest = Math.max(0, ...numbers)
  const bottom = logarithmic ? powerBelow(Math.min(...numbers, 1)) : (given.bottom ?? 0)
  const top = given.top ?? (logarithmic ? powerBelow(Math.max(1, highest)) * 10 : niceTop(highest))
  const scale = logarithmic ? Math.log10 : (value: number): number => value
  const start = now - SPAN_MS
  const x = (at: number): number => ((at - start) / SPAN_MS) * WIDTH
  const y = (number: number): number =>
    HEIGHT -
    ((scale(Math.min(top, Math.max(bottom, number))) - scale(bottom)) /
      (scale(top) - scale(bottom) || 1)) *
      HEIGHT
  const data = {
    times,
    lines: lines.map(({ name, tone, values }) => ({
      name,
      tone,
      texts: values.map((each) => (each === undefined ? '–' : show(each))),
    })),
  }
  return html`<figure class="chart" data-chart="${JSON.stringify(data)}">
    <figcaption>
      <span class="chart-title">${title}</span>
      <span class="chart-value">${value}</span>
    </figcaption>
    <div class="plot">
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${summary(given)}"
      >
        <g class="grid">
          ${[0, 0.5, 1].map((share) => html`<path d="M0 ${share * HEIGHT}H${WIDTH}"></path>`)}
        </g>
        ${lines.map(({ tone, values }) => drawn(values, times, tone, x, y))}
      </svg>
      <span class="top" aria-hidden="true">${show(top)}</span>
      <span class="bottom" aria-hidden="true">${bottom === 0 ? '0' : show(bottom)}</span>
      ${numbers.length === 0 && html`<span class="nothing">Nothing yet in the last 15 minutes</span>`}
    </div>
    <p class="axis" aria-hidden="true">
      <span>15 min ago</span>${
        lines.length > 1 &&
        html`<span class="legend"
          >${lines.map(({ name, tone }) => html`<span class="key ${tone}">${name}</span>`)}</span
        >`
      }<span>now</span>
    </p>
  </figure>`
}

function drawn(
  values: readonly (number | undefined)[],
  times: readonly number[],
  tone: string,
  x: (at: number) => number,
  y: (value: number) => number,
): Html {
  let line = ''
  let area = ''
  let began: number | undefined
  for (const [at, value] of values.entries()) {
    const left = round(Math.max(0, x(times[at] as number)))
    if (value !== undefined) {
      const point = `${left} ${round(y(value))}`
      line += began === undefined ? `M${point}` : `L${point}`
      area += began === undefined ? `M${left} ${HEIGHT}L${point}` : `L${point}`
      began ??= left
    }
    const isLast = at === values.length - 1
    if (began !== undefined && (isLast || values[at + 1] === undefined)) {
      area += `L${left} ${HEIGHT}Z`
      began = undefined
    }
  }
  return html`<path class="area ${tone}" d="${area}"></path
    ><path class="line ${tone}" d="${line}"></path>`
}

function summary({ lines, show, title, value }: Chart): string {
  const parts = lines.map(({ name, values }) => {
    const known = values.filter((each) => each !== undefined)
    if (known.length === 0) return `${name}: nothing yet`
    return `${name}: lowest ${show(Math.min(...known))}, highest ${show(Math.max(...known))}`
  })
  return `${title} over the last 15 minutes, now ${value}. ${parts.join('; ')}.`
}

/** The next of 1, 2, 5, 10, … with some air above what is highest. */
function niceTop(highest: number): number {
  if (highest <= 0) return 1
  const wanted = highest * 1.1
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= wanted) ?? 10
  return step * power
}

/** For a grid whose lines are ten times each other. */
function powerBelow(number: number): number {
  return 10 ** Math.floor(Math.log10(Math.max(0.01, number)))
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}

/** A small line beside a name; what it says stands in the row, too. */
export function sparkline(values: readonly number[]): Html {
  const highest = Math.max(1, ...values)
  const step = 100 / 29
  const start = 100 - (values.length - 1) * step
  const points = values.map(
    (value, at) => `${round(start + at * step)} ${round(22 - (value / highest) * 20)}`,
  )
  const [first] = points
  return html`<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
    ${
      first !== undefined &&
      html`<path class="area one" d="M${round(start)} 24L${points.join('L')}L100 24Z"></path
        ><path class="line one" d="M${points.join('L')}"></path>`
    }
  </svg>`
}
