import { html } from '../html.ts'
import type { Html } from '../html.ts'
import type { Phase } from './measure.ts'

const measures: readonly (readonly [
  title: string,
  unit: string,
  value: (phase: Phase) => number,
])[] = [
  ['Served', 'requests/s', (phase) => phase.servedPerSecond],
  ['Slowest of a hundred (p99)', 'ms', (phase) => phase.p99],
  ['Failed', '% of requests', (phase) => (phase.errors / Math.max(1, phase.requests)) * 100],
  ['Database', 'queries/s', (phase) => phase.queriesPerSecond],
]

const ROW = 34
const PANEL = 70 + 4 * ROW
const BAR = 330

/** The table as bars: one panel per measure, one bar per phase. Readable on light and dark pages. */
export function toChart(phases: readonly Phase[]): string {
  const panels = measures.map(([title, unit, value], index) => {
    const highest = Math.max(1, ...phases.map(value))
    const x = (index % 2) * 620 + 30
    const y = Math.floor(index / 2) * PANEL + 30
    return html`<g transform="translate(${x} ${y})"
      ><text class="title" y="14">${title} <tspan class="soft">${unit}</tspan></text
      >${phases.map((phase, row) => renderBar(phase, { row, value: value(phase), highest }))}</g
    >`
  })
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 1260 ${2 * PANEL + 20}"
    font-family="system-ui, sans-serif"
    role="img"
    aria-label="The launch with and without the cache"
  >
    <style>
      text {
        fill: #1d2b2f;
        font-size: 15px;
      }
      .title {
        font-size: 18px;
        font-weight: 600;
      }
      .soft {
        fill: #6b797b;
        font-weight: 400;
      }
      .with {
        fill: #12727b;
      }
      .without {
        fill: #c9763f;
      }
      @media (prefers-color-scheme: dark) {
        text {
          fill: #e8ebe6;
        }
        .soft {
          fill: #9fb0b0;
        }
        .with {
          fill: #6cc3c4;
        }
        .without {
          fill: #e2935e;
        }
      }
    </style>
    ${panels}
  </svg> `.toString()
}

function renderBar(phase: Phase, bar: { row: number; value: number; highest: number }): Html {
  const y = 30 + bar.row * ROW
  const width = Math.max(2, (bar.value / bar.highest) * BAR)
  const text =
    bar.value > 0 && bar.value < 10
      ? bar.value.toFixed(1)
      : Math.round(bar.value).toLocaleString('en-IE')
  return html`<text class="soft" y="${y + 17}"
      >${phase.name}, ${phase.cache ? 'with' : 'without'}</text
    ><rect
      class="${phase.cache ? 'with' : 'without'}"
      x="170"
      y="${y}"
      width="${width.toFixed(1)}"
      height="24"
      rx="5"
    /><text x="${(width + 178).toFixed(1)}" y="${y + 17}">${text}</text>`
}
