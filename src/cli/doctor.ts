import { env } from 'node:process'
import type { Cache } from '../cache/cache.ts'
import { settingsOf } from '../config/settings.ts'
import { type Call, type Command, EXIT, JSON_OPTION } from './command.ts'
import type { Caches } from '../config/create-caches.ts'
import { examineMeasures } from './examine-measures.ts'
import { examineSettings } from './examine-settings.ts'
import { FLEET, FleetView, NOBODY, totals } from './fleet-view.ts'
import { type Finding, worstFirst } from './findings.ts'
import { cacheOf, WHERE, withCaches } from './open-caches.ts'
import type { Paint } from './paint.ts'
import { reach } from './reach.ts'
import { visibleJson, widthOf } from './visible.ts'

interface Examined {
  readonly alias: string
  readonly store: string
  readonly findings: readonly Finding[]
}

/** `breakwater doctor`: what about the caches will hurt. */
export const doctorCommand: Command = {
  name: 'doctor',
  words: '[url]',
  mostWords: 1,
  summary: 'looks at servers and at the configuration for what will hurt a cache',
  description: `The servers of all caches: memory and eviction, queues and sessions that share them, persistence. The
configuration: bounds, lifetimes, prefixes, encryption. Exit code 1 where there is an error, 0 for warnings alone.`,
  options: {
    ...WHERE,
    fleet: {
      value: 'flag',
      summary:
        'also judges what all processes have measured since they started; takes some seconds',
    },
    ...FLEET,
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater doctor', 'everything that the configuration in this folder names'],
    ["breakwater doctor 'redis://localhost?budget=200mb'", 'one server, with a budget in mind'],
    ['breakwater doctor --json', 'for a pipeline'],
    ['breakwater doctor --fleet', 'with advice from what was measured'],
  ],

  async run(call) {
    const [url] = call.words
    const meant =
      url === undefined ? call : { ...call, values: new Map(call.values).set('url', url) }
    return await withCaches(meant, async ({ aliases, caches }) => {
      const asked = call.values.get('alias')
      const names = asked === undefined || url !== undefined ? aliases : [asked]
      const opened = names.map((alias) => cacheOf(caches, alias))
      const measured = call.flags.has('fleet') ? await judgeFleet(call, caches, opened) : []
      const examined = await examine(call, opened, measured)
      print(call, examined)
      const all = examined.flatMap(({ findings }) => findings)
      return all.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.ok
    })
  },
}

/** @throws outages */
async function judgeFleet(
  call: Call,
  caches: Caches<string>,
  opened: readonly Cache[],
): Promise<Finding[]> {
  const view = await FleetView.open(call, caches)
  try {
    const snapshot = await view.settled(call)
    if (snapshot.processes.length === 0) call.terminal.say(NOBODY)
    return await examineMeasures(totals(snapshot), async (alias) => {
      return (await opened.find((cache) => cache.alias === alias)?.stats())?.maxBytes
    })
  } finally {
    await view.leave()
  }
}

async function examine(
  { signal, terminal }: Call,
  caches: readonly Cache[],
  ofMeasures: readonly Finding[],
): Promise<Examined[]> {
  const settings = caches.flatMap((cache) => settingsOf(cache) ?? [])
  const ofSettings = examineSettings(settings, env['NODE_ENV'] === 'production')
  const examined: Examined[] = []
  for (const cache of caches) {
    const { alias } = cache
    terminal.progress(`Looking at '${alias}'`)
    await reach(cache, signal)
    const ofServer = (await cache.examine()).map((advice): Finding => {
      return { ...advice, alias, source: 'server' }
    })
    const own = [...ofSettings, ...ofMeasures].filter((finding) => finding.alias === alias)
    const { store } = cache.measures()
    examined.push({ alias, store, findings: worstFirst([...ofServer, ...own]) })
  }
  return examined
}

function print({ flags, terminal }: Call, examined: readonly Examined[]): void {
  if (flags.has('json')) {
    terminal.writeLine(visibleJson(examined))
    return
  }
  const { paint } = terminal
  for (const each of examined) terminal.write(reportOf(each, paint))
}

function reportOf({ alias, findings, store }: Examined, paint: Paint): string {
  const marks = { error: paint.red('✗'), warning: paint.yellow('!'), note: paint.dim('·') }
  const rows = [`${paint.bold(alias)}  ${store}`]
  for (const { code, message, remedy, severity } of findings) {
    rows.push(`  ${marks[severity]} ${code}`, ...wrapped(message), ...wrapped(`→ ${remedy}`))
  }
  if (findings.length === 0) rows.push(`  ${paint.green('✓')} nothing to complain about`)
  return `\n${rows.join('\n')}\n`
}

const WIDTH = 88

function wrapped(text: string): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    if (row !== '' && widthOf(row) + widthOf(word) >= WIDTH) {
      rows.push(`    ${row}`)
      row = ''
    }
    row += row === '' ? word : ` ${word}`
  }
  return [...rows, `    ${row}`]
}
