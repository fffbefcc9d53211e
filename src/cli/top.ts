import { type Call, type Command, EXIT, JSON_OPTION } from './command.ts'
import { FLEET, FleetView, NOBODY } from './fleet-view.ts'
import { WHERE, withCaches } from './open-caches.ts'
import { pause } from './pause.ts'
import { Screen } from './screen.ts'
import { TopModel } from './top-model.ts'
import { keysLine, topLines } from './top-view.ts'
import { visibleJson } from './visible.ts'

/** Where nobody looks, there is no width. */
const COLUMNS = 120

/** `breakwater top`: what the fleet does at this moment. */
export const topCommand: Command = {
  name: 'top',
  words: '',
  mostWords: 0,
  summary: 'what the families of keys do at this moment, in all processes; live in a terminal',
  description: `Keys: q quits, s sorts by something else, r reverses, p shows the processes and the families again.
Where nobody looks at a terminal it prints one picture and ends.`,
  options: {
    ...WHERE,
    once: { value: 'flag', summary: 'one picture, in a terminal, too' },
    processes: { value: 'flag', short: 'p', summary: 'begins with the processes' },
    ...FLEET,
    ...JSON_OPTION,
  },
  examples: [
    ['breakwater top', 'live, until q'],
    ['breakwater top --once --processes', 'one picture of the processes'],
    ['breakwater top --json | jq .rows[0].name', 'the busiest family'],
  ],

  async run(call) {
    const { flags, terminal } = call
    return await withCaches(call, async ({ caches }) => {
      const view = await FleetView.open(call, caches)
      const model = new TopModel()
      model.byProcess = flags.has('processes')
      try {
        const isLive = terminal.isTty && !flags.has('once') && !flags.has('json')
        if (isLive) await live(call, view, model)
        else await once(call, view, model)
        return EXIT.ok
      } finally {
        await view.leave()
      }
    })
  },
}

async function once(call: Call, view: FleetView, model: TopModel): Promise<void> {
  const { flags, terminal } = call
  model.add(await view.settled(call))
  terminal.progress('Looking for one interval')
  model.add(await view.after(view.everyMs, call))
  terminal.endProgress()
  if (flags.has('json')) {
    const { processes, ...frame } = model.frame()
    const named = processes.map(({ measures: _, ...process }) => process)
    const rows = frame.rows.map(({ history: _, process: __, ...row }) => row)
    terminal.writeLine(visibleJson({ ...frame, processes: named, rows }))
    return
  }
  if (model.frame().processes.length === 0) terminal.say(terminal.sidePaint.yellow(NOBODY))
  const size = { columns: terminal.columns ?? COLUMNS, rows: undefined }
  for (const line of topLines(model, size, terminal.paint)) terminal.writeLine(line)
}

async function live(call: Call, view: FleetView, model: TopModel): Promise<void> {
  const { signal, terminal } = call
  const { paint } = terminal
  const quit = new AbortController()
  let isEmpty = false
  const draw = (): void => {
    const size = { columns: terminal.columns ?? COLUMNS, rows: terminal.rows }
    const lines = topLines(model, size, paint)
    if (isEmpty) lines.push('', paint.yellow(NOBODY))
    screen.draw(lines, keysLine(model, paint))
  }
  const screen = new Screen(terminal, {
    resize: () => draw(),
    key(key) {
      if (key === 'q') quit.abort()
      else if (key === 's') model.nextSort()
      else if (key === 'r') model.isReversed = !model.isReversed
      else if (key === 'p') model.byProcess = !model.byProcess
      else return
      if (key !== 'q') draw()
    },
  })
  try {
    const began = performance.now()
    while (!quit.signal.aborted && !signal.aborted) {
      const snapshot = await view.look()
      model.add(snapshot)
      isEmpty = snapshot.processes.length === 0 && performance.now() - began > 3 * view.everyMs
      draw()
      await pause(view.everyMs, AbortSignal.any([quit.signal, signal])).catch(() => {})
    }
  } finally {
    screen.close()
  }
}
