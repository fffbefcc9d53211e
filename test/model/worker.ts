// Explores one row after the other for main.ts, in a process of its own.
import { explore } from './checker.ts'
import { modelOf, ROWS } from './configurations.ts'

process.on('message', (id: string) => {
  const row = ROWS.find((candidate) => candidate.id === id)
  if (row === undefined) throw new Error(`There is no row '${id}'.`)
  process.send?.({ id, findings: explore(modelOf(row)) })
})
