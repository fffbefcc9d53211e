// `npm run bench stampede` runs bench/stampede.ts on the built package; without a name it lists what there is.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
const [name = '', ...rest] = process.argv.slice(2)
const program = join(root, '.build/bench', `${name}.js`)

if (!names.includes(name) || !existsSync(program)) {
  process.stderr.write(`Which benchmark? npm run bench ${names.join(' | ')}\n`)
  process.exit(1)
}
process.argv = [process.argv[0] ?? 'node', program, ...rest]
await import(pathToFileURL(program).href)
