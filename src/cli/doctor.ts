import { parseArgs, styleText } from 'node:util'
import type { Advice } from '../base/advice.ts'
import { createCaches } from '../config/create-caches.ts'
import type { Command } from './command.ts'

/** `breakwater doctor`: what about the stores will hurt. */
export const doctor: Command = {
  name: 'doctor',
  usage: 'doctor [url] [--json]',
  summary: 'looks at the servers of all aliases (or one URL) for what will hurt a cache',

  async run(args, write) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    })
    const [url] = positionals
    const caches = url === undefined ? createCaches() : createCaches({ default: { store: url } })
    try {
      const examined: { alias: string; store: string; advice: readonly Advice[] }[] = []
      for (const alias of caches.toJSON().aliases) {
        const cache = caches[alias as 'default']
        const advice = await cache.examine()
        examined.push({ alias, store: (await cache.stats()).store, advice })
      }
      if (values.json) write(`${JSON.stringify(examined, undefined, 2)}\n`)
      else for (const each of examined) write(report(each))
      const all = examined.flatMap(({ advice }) => advice)
      return all.some(({ severity }) => severity === 'error') ? 1 : 0
    } finally {
      await caches.close()
    }
  },
}

function report(examined: { alias: string; store: string; advice: readonly Advice[] }): string {
  const { alias, store, advice } = examined
  const rows = [`${styleText('bold', alias)}  ${store}`]
  for (const { severity, code, message, remedy } of advice) {
    const mark = severity === 'error' ? styleText('red', '✗') : styleText('yellow', '!')
    rows.push(`  ${mark} ${code}`, ...wrapped(message), ...wrapped(`→ ${remedy}`))
  }
  if (advice.length === 0) rows.push(`  ${styleText('green', '✓')} nothing to complain about`)
  return `\n${rows.join('\n')}\n`
}

const WIDTH = 88

function wrapped(text: string): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    if (row !== '' && row.length + word.length >= WIDTH) {
      rows.push(`    ${row}`)
      row = ''
    }
    row += row === '' ? word : ` ${word}`
  }
  return [...rows, `    ${row}`]
}
