// A terminal as a picture: what a command wrote, with its colours, on stdin becomes an SVG on stdout.
//   FORCE_COLOR=1 npx breakwater stats | node scripts/terminal-svg.mjs 'breakwater stats' > stats.svg
import { text } from 'node:stream/consumers'

const CHAR = 8.4
const LINE = 19
const MARGIN = 18

/** @type {Readonly<Record<string, string>>} */
const STYLES = {
  1: 'bold',
  2: 'dim',
  7: 'inverse',
  31: 'red',
  32: 'green',
  33: 'yellow',
  36: 'cyan',
}
/** What ends which. @type {Readonly<Record<string, readonly string[]>>} */
const ENDS = { 22: ['bold', 'dim'], 27: ['inverse'], 39: ['red', 'green', 'yellow', 'cyan'] }

const [title = 'breakwater'] = process.argv.slice(2)
const lines = (await text(process.stdin)).replace(/\n+$/, '').split('\n')
const columns = Math.max(
  ...lines.map((line) => Array.from(line.replaceAll(/\u001b\[[\d;]*m/g, '')).length),
)
const width = Math.ceil(columns * CHAR + 2 * MARGIN)
const height = lines.length * LINE + 2 * MARGIN

process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
.back{fill:#fbfbf9;stroke:#d8dcd8}
text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1d2b2f;white-space:pre}
.bold{font-weight:700}.dim{fill:#6b797b}.red{fill:#b3372b}.green{fill:#2c7a4b}.yellow{fill:#9a6a00}.cyan{fill:#12727b}
.box{fill:#1d2b2f}.inverse{fill:#fbfbf9}
@media (prefers-color-scheme:dark){.back{fill:#14191b;stroke:#2c3638}text{fill:#e8ebe6}.dim{fill:#9fb0b0}.red{fill:#f08a7c}.green{fill:#7fce9b}.yellow{fill:#e0b95a}.cyan{fill:#6cc3c4}.box{fill:#e8ebe6}.inverse{fill:#14191b}}
</style>
<rect class="back" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
${lines.map((line, row) => lineOf(line, MARGIN + row * LINE)).join('\n')}
</svg>
`)

/**
 * @param {string} line
 * @param {number} y its upper edge
 */
function lineOf(line, y) {
  /** @type {Set<string>} */
  const styles = new Set()
  let column = 0
  let marks = ''
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const code = /^\u001b\[([\d;]*)m$/.exec(part)?.[1]
    if (code !== undefined) {
      for (const ended of ENDS[code] ?? []) styles.delete(ended)
      const style = STYLES[code]
      if (style !== undefined) styles.add(style)
      continue
    }
    const length = Array.from(part).length
    const x = (MARGIN + column * CHAR).toFixed(1)
    const wide = (length * CHAR).toFixed(1)
    if (styles.has('inverse'))
      marks += `<rect class="box" x="${x}" y="${y}" width="${wide}" height="${LINE}"/>`
    // The length is said, so that blocks meet whatever font there is.
    if (part.trim() !== '')
      marks += `<text class="${[...styles].join(' ')}" x="${x}" y="${y + 14}" textLength="${wide}" lengthAdjust="spacingAndGlyphs">${escaped(part)}</text>`
    column += length
  }
  return marks
}

/** @param {string} part */
function escaped(part) {
  return part.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
