import { type Cell, type PolicyName, SHARES } from './measure.ts'
import { GOALS, TITLES } from './table.ts'

const WIDTH = 960
const LEFT = 230
const RIGHT = 30
const TOP = 118
const ROW = 17
const GAP = 15
const [FROM, TO] = [0.4, 1.6]
/** Beside ours, which lies above them. */
const OTHERS: readonly PolicyName[] = ['sieve', 'arc', 'tinyLfu']

/** Misses for each of LRU's, a line for each trace and size, from Belady's limit on. For light and dark pages. */
export function plot(cells: readonly Cell[]): string {
  const traces = [...new Set(cells.map(({ trace }) => trace))]
  const groups = traces.map((trace) => cells.filter((cell) => cell.trace === trace))
  const heights = groups.map((group) => group.length * ROW + GAP)
  const bottom = TOP + heights.reduce((sum, height) => sum + height, 0)
  let top = TOP
  const drawn = groups.map((group, index) => {
    const y = top
    top += heights[index] as number
    return drawGroup(group, y)
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 24}" font-family="system-ui, sans-serif" role="img" aria-label="Misses of several policies against those of LRU, on ${traces.length} traces at ${SHARES.length} sizes">
<style>
.back{fill:#fbfbf9;stroke:#d8dcd8}
text{fill:#1d2b2f;font-size:14px}
.title{font-size:19px;font-weight:600}
.soft{fill:#5f6d6f;font-size:13px}
.grid{stroke:#dfe3df}
.lru{stroke:#1d2b2f;stroke-width:1.5}
.gate{stroke:#b3372b;stroke-dasharray:4 4}
.gate-text{fill:#b3372b;font-size:13px}
.reach{stroke:#c3cbc9;stroke-width:3}
.belady{stroke:#5f6d6f;stroke-width:2}
.gain{stroke:#12727b;stroke-width:3}
.loss{stroke:#c9763f;stroke-width:3}
.ours{fill:#12727b;stroke:#fbfbf9;stroke-width:1.5}
.sieve,.arc,.tinyLfu{fill:#fbfbf9;stroke:#8a6f4d;stroke-width:1.5}
.arc{stroke:#6f5aa8}
.tinyLfu{stroke:#a04a6b}
@media (prefers-color-scheme:dark){
.back{fill:#14191b;stroke:#2c3638}
text{fill:#e8ebe6}
.soft{fill:#9fb0b0}
.grid{stroke:#242d2f}
.lru{stroke:#e8ebe6}
.gate{stroke:#f08a7c}.gate-text{fill:#f08a7c}
.reach{stroke:#3a4648}
.belady{stroke:#9fb0b0}
.gain{stroke:#6cc3c4}.loss{stroke:#e2935e}
.ours{fill:#6cc3c4;stroke:#14191b}
.sieve,.arc,.tinyLfu{fill:#14191b;stroke:#c9ad85}
.arc{stroke:#b3a2e6}
.tinyLfu{stroke:#e390b0}
}
</style>
<rect class="back" x=".5" y=".5" width="${WIDTH - 1}" height="${bottom + 23}" rx="8"/>
<text class="title" x="30" y="38">Misses, of those that LRU has <tspan class="soft">fewer is better; lines begin at Belady’s limit</tspan></text>
${legend()}
${axis(bottom)}
${drawn.join('\n')}
</svg>
`
}

function legend(): string {
  let x = 36
  return (['ours', ...OTHERS, 'belady'] as const)
    .map((name) => {
      const drawn = `${mark(name, x, 63)}<text class="soft" x="${x + 13}" y="68">${TITLES[name]}</text>`
      x += 44 + 8 * TITLES[name].length
      return drawn
    })
    .join('')
}

function axis(bottom: number): string {
  const lines = [0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6].map((value) => {
    const x = xOf(value)
    const name = value === 1 ? 'LRU' : value.toFixed(1)
    return `<line class="${value === 1 ? 'lru' : 'grid'}" x1="${x}" x2="${x}" y1="${TOP - 10}" y2="${bottom}"/><text class="${value === 1 ? '' : 'soft'}" text-anchor="middle" x="${x}" y="${TOP - 17}">${name}</text>`
  })
  const gate = xOf(GOALS.worst.gate)
  return `${lines.join('')}<line class="gate" x1="${gate}" x2="${gate}" y1="${TOP - 10}" y2="${bottom}"/><text class="gate-text" text-anchor="middle" x="${gate}" y="${TOP - 17}">1.1</text>`
}

function drawGroup(cells: readonly Cell[], top: number): string {
  const name = `<text x="30" y="${top + ROW - 4}">${cells[0]?.trace ?? ''}</text>`
  return (
    name +
    cells
      .map((cell, index) => {
        const y = top + index * ROW + ROW / 2
        const ratio = (policy: PolicyName): number => cell.misses[policy] / cell.misses.lru
        const ours = xOf(ratio('ours'))
        const isGain = ratio('ours') <= 1
        return [
          `<text class="soft" text-anchor="end" x="${LEFT - 22}" y="${y + 5}">${100 * cell.share} %</text>`,
          `<line class="reach" x1="${xOf(ratio('belady'))}" x2="${xOf(1)}" y1="${y}" y2="${y}"/>`,
          `<line class="${isGain ? 'gain' : 'loss'}" x1="${ours}" x2="${xOf(1)}" y1="${y}" y2="${y}"/>`,
          mark('belady', xOf(ratio('belady')), y),
          ...OTHERS.map((other) => mark(other, xOf(ratio(other)), y)),
          mark('ours', ours, y),
        ].join('')
      })
      .join('\n')
  )
}

function mark(name: PolicyName, x: number, y: number): string {
  if (name === 'belady')
    return `<line class="belady" x1="${x}" x2="${x}" y1="${y - 5}" y2="${y + 5}"/>`
  const title = `<title>${TITLES[name]}</title>`
  if (name === 'ours') return `<circle class="ours" cx="${x}" cy="${y}" r="6">${title}</circle>`
  if (name === 'arc')
    return `<path class="arc" d="M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z">${title}</path>`
  if (name === 'sieve')
    return `<rect class="sieve" x="${x - 3.5}" y="${y - 3.5}" width="7" height="7">${title}</rect>`
  return `<path class="${name}" d="M${x} ${y - 4.5}l4.5 8h-9z">${title}</path>`
}

/** What lies beyond the edge is drawn on it. */
function xOf(ratio: number): number {
  const share = (Math.min(Math.max(ratio, FROM), TO) - FROM) / (TO - FROM)
  return Math.round(10 * (LEFT + share * (WIDTH - LEFT - RIGHT))) / 10
}
