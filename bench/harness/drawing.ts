// Pictures for pages that are light or dark: bars, and lines over a number, as SVG with nothing but text in it.

export interface BarChart {
  readonly title: string
  /** What a bar's length means. */
  readonly unit: string
  /** What the colours of the bars of one row mean, the first the strongest. */
  readonly series: readonly string[]
  readonly rows: readonly Row[]
}

interface Row {
  readonly label: string
  readonly role: 'limit' | 'ours' | 'other'
  /** One for each series; `undefined` where it was not measured. */
  readonly bars: readonly (Bar | undefined)[]
}

interface Bar {
  readonly median: number
  readonly lower: number
  readonly upper: number
  readonly text: string
}

export interface LineChart {
  readonly title: string
  readonly unit: string
  readonly panels: readonly Panel[]
}

interface Panel {
  readonly label: string
  readonly over: string
  readonly points: readonly { readonly x: number; readonly y: number; readonly text: string }[]
  readonly slope: string
}

const WIDTH = 760
const LABELS = 190
const FIGURES = 110
const FONT = 13

const STYLE = `
text{font:${FONT}px system-ui,'DejaVu Sans',sans-serif;fill:#1d2b2f}
.title{font-weight:600;font-size:15px}.dim{fill:#6b797b;font-size:11px}.strong{font-weight:600}
.back{fill:#fbfbf9;stroke:#d8dcd8}.grid{stroke:#e4e7e3}.spread{stroke:#1d2b2f;stroke-width:1.2;opacity:.55}
.ours0{fill:#12727b}.ours1{fill:#12727b;opacity:.45}.other0{fill:#9fb0b0}.other1{fill:#9fb0b0;opacity:.5}.limit0{fill:#d9a441}.limit1{fill:#d9a441;opacity:.5}
.line{fill:none;stroke:#12727b;stroke-width:2}.dot{fill:#12727b}
@media (prefers-color-scheme:dark){text{fill:#e8ebe6}.dim{fill:#9fb0b0}.back{fill:#14191b;stroke:#2c3638}.grid{stroke:#263032}.spread{stroke:#e8ebe6}
.ours0,.ours1,.dot{fill:#6cc3c4}.line{stroke:#6cc3c4}.other0,.other1{fill:#5d6d6f}.limit0,.limit1{fill:#e0b95a}}
`

export function barChart({ rows, series, title, unit }: BarChart): string {
  const [top, bar] = [64, series.length > 1 ? 9 : 14]
  const step = series.length * (bar + 1) + 12
  const height = top + rows.length * step + 12
  const most = Math.max(...rows.flatMap(({ bars }) => bars.map((each) => each?.upper ?? 0)))
  const scale = (WIDTH - LABELS - FIGURES) / (most > 0 ? most : 1)
  const marks = rows.map(({ bars, label, role }, at) => {
    const y = top + at * step
    const middle = y + (series.length * (bar + 1)) / 2 + 4
    const weight = role === 'ours' ? ' class="strong"' : ''
    const name = `<text x="${LABELS - 12}" y="${middle}" text-anchor="end"${weight}>${escaped(label)}</text>`
    return (
      name + bars.map((each, n) => barOf(each, role, n, y + n * (bar + 1), bar, scale)).join('')
    )
  })
  return framed(title, height, [
    `<text x="20" y="46" class="dim">${escaped(unit)}</text>`,
    ...legend(series),
    ...marks,
  ])
}

function barOf(
  bar: Bar | undefined,
  role: Row['role'],
  series: number,
  y: number,
  height: number,
  scale: number,
): string {
  if (bar === undefined) return ''
  const width = Math.max(1, bar.median * scale)
  const [from, to] = [LABELS + bar.lower * scale, LABELS + bar.upper * scale]
  const middle = y + height / 2
  const end = Math.max(LABELS + width, to) + 6
  const size = series === 0 ? '' : ' class="dim"'
  return `<rect class="${role}${Math.min(series, 1)}" x="${LABELS}" y="${y}" width="${at(width)}" height="${height}" rx="1.5"/><path class="spread" d="M${at(from)} ${at(middle)}H${at(to)}"/><text x="${at(end)}" y="${at(middle + 4)}"${size} style="font-size:11px">${escaped(bar.text)}</text>`
}

function legend(series: readonly string[]): string[] {
  if (series.length < 2)
    return [
      `<text x="${WIDTH - 20}" y="28" text-anchor="end" class="dim">${escaped(series[0] ?? '')}</text>`,
    ]
  return series.map((name, n) => {
    const x = WIDTH - 110 * (series.length - n)
    return `<rect class="ours${Math.min(n, 1)}" x="${x}" y="19" width="12" height="10" rx="1.5"/><text class="dim" x="${x + 17}" y="28">${escaped(name)}</text>`
  })
}

const PANEL = 236
const PLOT = { left: 16, width: 200, top: 98, height: 120 }

/** Both axes are logarithmic: what does not depend on the number is level, what is proportional to it rises by the diagonal. */
export function lineChart({ panels, title, unit }: LineChart): string {
  const rows = Math.ceil(panels.length / 3)
  const height = PLOT.top + rows * (PLOT.height + 90) - 40
  const marks = panels.map((panel, n) => {
    const [dx, dy] = [12 + (n % 3) * (PANEL + 10), Math.floor(n / 3) * (PLOT.height + 90)]
    return `<g transform="translate(${dx} ${dy})">${panelOf(panel)}</g>`
  })
  return framed(title, height, [
    `<text x="20" y="46" class="dim">${escaped(unit)}</text>`,
    ...marks,
  ])
}

function panelOf({ label, over, points, slope }: Panel): string {
  const { height, left, top, width } = PLOT
  const span = (numbers: readonly number[]): [number, number] => {
    const logs = numbers.map((each) => Math.log10(each))
    return [Math.min(...logs), Math.max(...logs)]
  }
  const [fromX, toX] = span(points.map(({ x }) => x))
  const [low, high] = span(points.map(({ y }) => y))
  // At least one order of magnitude, so that noise does not look like a slope.
  const room = Math.max(0, 1 - (high - low)) / 2
  const [fromY, toY] = [low - room, high + room]
  const placed = points.map(({ text, x, y }) => ({
    text,
    label: count(x),
    x: left + 14 + ((Math.log10(x) - fromX) / (toX - fromX || 1)) * (width - 28),
    y: top + height - ((Math.log10(y) - fromY) / (toY - fromY || 1)) * height,
  }))
  const path = placed.map(({ x, y }) => `${at(x)} ${at(y)}`).join('L')
  return [
    `<text x="${left}" y="${top - 26}" class="strong">${escaped(label)}</text><text x="${left}" y="${top - 11}" class="dim">slope ${escaped(slope)}</text>`,
    `<path class="grid" d="M${left} ${top + height}h${width}M${left} ${top}h${width}"/><path class="line" d="M${path}"/>`,
    ...placed.map(
      ({ label, text, x, y }) =>
        `<circle class="dot" cx="${at(x)}" cy="${at(y)}" r="3.5"/><text class="dim" x="${at(x)}" y="${at(y - 9)}" text-anchor="middle">${escaped(text)}</text><text class="dim" x="${at(x)}" y="${top + height + 15}" text-anchor="middle">${label}</text>`,
    ),
    `<text class="dim" x="${left + width / 2}" y="${top + height + 32}" text-anchor="middle">${escaped(over)}</text>`,
  ].join('')
}

function framed(title: string, height: number, marks: readonly string[]): string {
  const name = escaped(title)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${name}">
<style>${STYLE}</style>
<rect class="back" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
<text x="20" y="29" class="title">${name}</text>
${marks.join('\n')}
</svg>
`
}

/** 1000000 is 1M. */
function count(number: number): string {
  if (number >= 1e6) return `${number / 1e6}M`
  return number >= 1000 ? `${number / 1000}k` : String(number)
}

function at(number: number): string {
  return number.toFixed(1).replace(/\.0$/, '')
}

export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
