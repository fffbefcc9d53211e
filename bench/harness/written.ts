import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { goalsTable } from './goals.ts'
import { pictureOf } from './pictures.ts'
import type { Question } from './question.ts'
import { type NodeRun, ratio, type Report, shortSpread } from './report.ts'

/** Benchmarks are run from the root of the package. */
const FOLDER = resolve('docs/benchmarks')
const FIGURES = join(FOLDER, 'figures.json')

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
  const parts = { goals: goalsTable(kept), questions: questionsTable(questions, kept) }
  writeFileSync(readme, filledIn(readFileSync(readme, 'utf8'), parts))
}

/** A text whose generated parts stand between two comments of their name, with these parts anew. */
export function filledIn(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((filled, [name, part]) => {
    const between = new RegExp(`(<!-- ${name} -->)[\\s\\S]*(<!-- /${name} -->)`)
    return filled.replace(between, (_, start, end) => `${start}\n\n${part}\n\n${end}`)
  }, text)
}

function questionsTable(questions: readonly Question[], reports: readonly Report[]): string {
  const rows = questions
    .filter(({ name }) => reports.some(({ question }) => question === name))
    .map(({ name, title }) => [`[${name}](${name}.md)`, title])
  return table([['question', ''], ...rows])
}

function knownReports(): readonly Report[] {
  try {
    return JSON.parse(readFileSync(FIGURES, 'utf8')) as Report[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function pageOf(question: Question, report: Report): string {
  const { date, isQuick, machine, versions } = report
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `# ${question.title}`,
    ...question.about,
    ...(isQuick ? ['**A quick run, to see that all works: not to be quoted.**'] : []),
    `![${question.title}](${question.name}.svg)`,
    ...report.runs.flatMap((run) => [
      `## Node ${run.node}`,
      tableOf(question, run),
      `Medians of ${run.rounds} rounds, in brackets the middle half of them.`,
    ]),
    `Measured ${date}: ${machine.processor}, ${machine.cores} cores, ${machine.memory}, ${machine.system}${question.needsRedis ? `, Redis ${machine.redis} on the same machine` : ''}.${named.length > 0 ? ` ${named.join(', ')}.` : ''}`,
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
