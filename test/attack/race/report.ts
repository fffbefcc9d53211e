import { mark } from '../report.ts'
import { WAYS } from './messages.ts'
import { PLACES, type RaceFinding } from './races.ts'

/** Ways by places: as many marks as there are kinds of pages. */
function rows(findings: readonly RaceFinding[]): readonly (readonly string[])[] {
  return WAYS.map((way) => {
    const cells = PLACES.map((place) => {
      const found = findings.filter((each) => each.way === way && each.place === place)
      return found.map(({ verdict }) => mark(verdict)).join(' ')
    })
    return [way, ...cells]
  })
}

const TITLE = 'made invalid while it is made'
const WIDTHS = [TITLE.length + 1, 10, 10, 24]

export function raceTable(findings: readonly RaceFinding[], coloured: boolean): string {
  const colour = findings.every(({ verdict }) => verdict === 'safe') ? '\x1b[32m' : '\x1b[31m'
  const text = [[TITLE, ...PLACES], ...rows(findings)].map((cells, line) => {
    const padded = cells.map((cell, at) => {
      const width = WIDTHS[at] ?? 0
      return at === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    const [title = '', ...rest] = padded
    return coloured && line > 0 ? `${title}${colour}${rest.join('')}\x1b[0m` : padded.join('')
  })
  return `${text.join('\n')}\n\n`
}

export function raceMarkdown(findings: readonly RaceFinding[]): string {
  const head = `| Made invalid while it is made | ${PLACES.join(' | ')} |`
  const lines = [head, `| --- | ${PLACES.map(() => '---').join(' | ')} |`]
  for (const cells of rows(findings)) lines.push(`| ${cells.join(' | ')} |`)
  return lines.join('\n')
}
