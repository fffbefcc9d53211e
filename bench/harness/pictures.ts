import { barChart, lineChart } from './drawing.ts'
import type { Question } from './question.ts'
import { medianOf, type Report, short } from './report.ts'
import { slopeOf } from './statistics.ts'

/** The picture of a question, as SVG. */
export function pictureOf(question: Question, report: Report): string {
  return question.lines === undefined ? bars(question, report) : lines(question, report)
}

function bars({ entrants, limit, measures, ours, title }: Question, { runs }: Report): string {
  const measure = measures[0]!
  return barChart({
    title,
    unit: `${measure.name}, ${measure.unit}: ${measure.better} is better`,
    series: runs.map(({ node }) => `Node ${node}`),
    rows: entrants
      .filter(({ label }) => runs.some((run) => !Number.isNaN(medianOf(run, label, measure.name))))
      .map(({ label }) => ({
        label,
        role: label === ours ? 'ours' : label === limit ? 'limit' : 'other',
        bars: runs.map(({ results }) => {
          const found = results[label]?.[measure.name]
          if (found === undefined || typeof found === 'string') return undefined
          return { ...found, text: short(found.median) }
        }),
      })),
  })
}

function lines(question: Question, { runs: [run] }: Report): string {
  const measured = question.measures.map(({ unit }) => unit)
  return lineChart({
    title: question.title,
    unit: `${[...new Set(measured)].join(' or ')}, Node ${run?.node}, both axes logarithmic: slope 0 does not depend on the number, 1 is proportional`,
    panels: (question.lines ?? []).map(({ label, over, points }) => {
      const drawn = points
        .map(({ at, measure }) => ({ x: at, y: medianOf(run, question.ours, measure) }))
        .filter(({ y }) => y > 0)
      return {
        label,
        over,
        points: drawn.map(({ x, y }) => ({ x, y, text: short(y) })),
        slope: slopeOf(drawn.map(({ x, y }) => [x, y])).toFixed(2),
      }
    }),
  })
}
