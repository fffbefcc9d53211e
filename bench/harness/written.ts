import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { goalsTable } from './goals.ts'
import { pictureOf } from './pictures.ts'
import type { Question } from './question.ts'
import { type NodeRun, ratio, type Report, shortSpread } from './report.ts'

/** Benchmarks are run from the root of the package. */
const FOLDER = resolve('docs/benchmarks')
const FIGURES = join(FOLDER, 'figures.json')
/** What stands around the generated part of the README. */
const GOALS = /(<!-- goals -->\n)[\s\S]*(\n<!-- \/goals -->)/

/** A page and a picture for each question, and the goals anew from all that is known. */
export function writePages(questions: readonly Question[], reports: readonly Report[]): void {
  mkdirSync(FOLDER, { recursive: true })
  const known = new Map(knownReports().map((each) => [each.question, each]))
  for (const report of reports) {
    known.set(report.question, report)
    const question = questions.find(({ name }) => name === report.question)!
    writeFileSync(join(FOLDER, `${report.question}.md`), pageOf(question, report))
    writeFileSync(join(FOLDER, `${report.question}.svg`), pictureOf(question, report))
  }
  const kept = questions.flatMap(({ name }) => known.get(name) ?? [])
  writeFileSync(FIGURES, `${JSON.stringify(kept, undefined, 2)}\n`)
  const readme = join(FOLDER, 'README.md')
  const text = readFileSync(readme, 'utf8')
  writeFileSync(
    readme,
    text.replace(GOALS, (_, start, end) => start + goalsTable(kept) + end),
  )
}

function knownReports(): readonly Report[] {
  try {
    return JSON.parse(readFileSync(FIGURES, 'utf8')) as Report[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function pageOf(question: Question, report: Report): string {
  const { date, machine, rounds, versions } = report
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `# ${question.title}`,
    ...question.about,
    `![${question.title}](${question.name}.svg)`,
    ...report.runs.flatMap((run) => [`## Node ${run.node}`, tableOf(question, run)]),
    `Medians of ${rounds} rounds, in brackets the middle half of them. ${date}, ${machine.processor}, ${machine.cores} cores, ${machine.memory}, ${machine.system}${question.needsRedis ? `, Redis ${machine.redis} on the same machine` : ''}.${named.length > 0 ? ` ${named.join(', ')}.` : ''}`,
    `Again: \`npm run bench -- ${question.name} --write\`. How to read it: [benchmarks](README.md).`,
    '',
  ].join('\n\n')
}

function tableOf(question: Question, run: NodeRun): string {
  if (question.lines !== undefined) return measuresTable(question, run)
  const { entrants, limit, measures, ours } = question
  const ofLimit = limit === undefined ? [] : ['of the limit']
  const head = ['', ...measures.map(({ name, unit }) => `${name}, ${unit}`)]
  head.splice(2, 0, ...ofLimit, 'of ours')
  const rows = entrants.map(({ label }) => {
    const cells = measures.map(({ name }) => cell(run, label, name))
    const ratios = [...(limit === undefined ? [] : [limit]), ours].map((to) =>
      ratio(question, run, label, to),
    )
    return [label === ours ? `**${label}**` : label, cells[0], ...ratios, ...cells.slice(1)]
  })
  return table([head, ...rows])
}

function measuresTable(question: Question, run: NodeRun): string {
  const rows = question.measures.map(({ name, unit }) => [
    name,
    cell(run, question.ours, name),
    unit,
  ])
  return table([['', 'measured', ''], ...rows])
}

function table([head = [], ...rows]: readonly (readonly (string | undefined)[])[]): string {
  const line = (cells: readonly (string | undefined)[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

function cell(run: NodeRun, label: string, measure: string): string {
  const found = run.results[label]?.[measure]
  if (found === undefined) return ''
  return typeof found === 'string' ? `*${found}*` : shortSpread(found)
}
