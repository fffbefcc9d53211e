// Runs the examples that its arguments name, one after another, and says before each which it is.
import { pathToFileURL } from 'node:url'

for (const file of process.argv.slice(2)) {
  process.stdout.write(`\u0000${file}\n`)
  await import(pathToFileURL(file).href)
}
