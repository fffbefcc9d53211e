// `npm run attack`: every attack on every adapter, each answer beside the one that the application gives without a cache.
// `--case text` makes only the attacks whose names or hazards contain it, `--on name` attacks one adapter.
import { parseArgs } from 'node:util'
import { ADAPTERS } from './adapters.ts'
import { Arena, concerns } from './arena.ts'
import type { Hazard } from './attack.ts'
import { HAZARDS } from './hazards.ts'
import { allRaces } from './race/races.ts'
import { raceMarkdown, raceTable } from './race/report.ts'
import { faults, type Finding, heading, markdown, reasons, row } from './report.ts'

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: '' },
    on: { type: 'string', default: '' },
    markdown: { type: 'boolean', default: false },
  },
})
const adapters = ADAPTERS.filter(([name]) => name.includes(values.on))
const hazards = HAZARDS.flatMap((hazard): Hazard[] => {
  if (hazard.title.includes(values.case)) return [hazard]
  const attacks = hazard.attacks.filter(({ name }) => name.includes(values.case))
  return attacks.length === 0 ? [] : [{ ...hazard, attacks }]
})
if (adapters.length === 0 || hazards.length === 0) {
  process.stderr.write(
    `Expected --on part of ${ADAPTERS.map(([name]) => name).join(', ')}, --case part of an attack or of one of\n` +
      HAZARDS.map(({ title }) => `  ${title}\n`).join(''),
  )
  process.exit(2)
}

// Frameworks that report a broken body by themselves do so on this stream; what counts is in the table.
console.error = () => {}

const attacks = hazards.flatMap((hazard) => hazard.attacks)
const columns = adapters.map(([name]) => name)
const arenas = new Map<string, Arena>()
for (const [name, open] of adapters) {
  const arena = await Arena.open(open, attacks)
  await arena.prove()
  arenas.set(name, arena)
}

const began = performance.now()
const isTerminal = process.stdout.isTTY
const findings: Finding[] = []
if (!values.markdown) process.stdout.write(`\n${heading(columns)}`)
for (const hazard of hazards) {
  const found: Finding[] = []
  for (const [adapter, arena] of arenas) {
    for (const attack of hazard.attacks) {
      if (concerns(attack, adapter as (typeof columns)[number])) {
        found.push({ ...(await arena.run(attack, hazard.together === true)), adapter, attack })
      }
    }
  }
  findings.push(...found)
  if (!values.markdown) process.stdout.write(row(hazard.title, columns, found, isTerminal))
}
for (const arena of arenas.values()) await arena.close()

// The races are of the cache itself: any adapter would do, so they are run once, and not where one was asked for.
const isWhole = values.on === '' && values.case === ''
const races = isWhole ? await allRaces() : []

const wrong = [...faults(findings), ...races.filter(({ verdict }) => verdict !== 'safe')]
if (values.markdown) {
  const parts = [markdown(hazards, columns, findings), reasons(findings), raceMarkdown(races)]
  process.stdout.write(`${parts.join('\n\n')}\n`)
} else {
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(`${row('all', columns, findings, isTerminal)}\n`)
  if (isWhole) process.stdout.write(raceTable(races, isTerminal))
  for (const each of wrong) {
    const where = 'attack' in each ? `${each.adapter}: ${each.attack.name}` : each.place
    process.stdout.write(`  ${each.verdict} on ${where}: ${each.why}\n`)
  }
  const leaks = wrong.filter(({ verdict }) => verdict === 'leak').length
  const lesser = findings.filter(({ verdict }) => verdict === 'lesser').length
  const made = `${findings.length + races.length} attacks in ${seconds} s`
  process.stdout.write(
    wrong.length === 0
      ? `✓ ${made}: no page reached a stranger; ~ ${lesser} pages that were not the view’s own, each for a reason.\n`
      : `✗ ${made}: ${leaks} leaks, ${wrong.length - leaks} wrong pages.\n`,
  )
}
process.exitCode = wrong.length === 0 ? 0 : 1
