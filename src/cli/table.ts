import { shortenedTo, widthOf } from './visible.ts'

export interface Column {
  readonly title: string
  /** Numbers stand on the right. Default `left`. */
  readonly align?: 'left' | 'right'
  /** Shortened first where the terminal is too narrow. Default false. */
  readonly gives?: boolean
}

/** Of what a cell says: plain text, and how it is painted. */
export interface Cell {
  readonly text: string
  readonly paint?: (text: string) => string
}

const GAP = '  '
const LEAST = 8

/**
 * Rows in columns under their titles.
 *
 * @param columns of the terminal; `undefined` where nothing is shortened
 */
export function tableOf(
  head: readonly Column[],
  rows: readonly (readonly (string | Cell)[])[],
  options: { readonly columns: number | undefined; readonly title: (text: string) => string },
): string[] {
  const cells = rows.map((row) => row.map(cellOf))
  const widths = head.map(({ title }, at) => {
    return Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at]?.text ?? '')))
  })
  fit(head, widths, options.columns)
  const line = (row: readonly Cell[]): string =>
    row
      .map((cell, at) => padded(cell, widths[at] as number, head[at]?.align ?? 'left'))
      .join(GAP)
      .trimEnd()
  const titles = head.map(({ title }) => ({ text: title, paint: options.title }))
  return [line(titles), ...cells.map(line)]
}

function cellOf(cell: string | Cell): Cell {
  return typeof cell === 'string' ? { text: cell } : cell
}

/** Takes from the columns that give what is too much. */
function fit(head: readonly Column[], widths: number[], columns: number | undefined): void {
  if (columns === undefined) return
  const giving = head.flatMap(({ gives }, at) => (gives === true ? [at] : []))
  let surplus =
    widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - columns
  while (surplus > 0) {
    const widest = giving.toSorted((a, b) => (widths[b] as number) - (widths[a] as number))[0]
    if (widest === undefined || (widths[widest] as number) <= LEAST) return
    widths[widest] = (widths[widest] as number) - 1
    surplus--
  }
}

function padded(cell: Cell, width: number, align: 'left' | 'right'): string {
  const text = shortenedTo(cell.text, width)
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  const painted = cell.paint === undefined ? text : cell.paint(text)
  return align === 'right' ? space + painted : painted + space
}
