import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PYTHON } from '../../scripts/setup.mjs'

/** A real Django in a process of its own. */
export interface Django {
  /** Runs Python there, one after the other: an expression's value as JSON, or statements. Rejects with Python's error. */
  run(code: string): Promise<unknown>
  /** The folder of its database and of its file cache. */
  readonly folder: string
  stop(): Promise<void>
}

interface Answer {
  readonly id?: number
  readonly value?: unknown
  readonly error?: string
  readonly ready?: string
}

/** It ends with us: it reads what to do from a pipe that only we hold. */
export async function startDjango(servers: {
  readonly redis: string
  readonly memcached?: string
}): Promise<Django> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-django-'))
  const options = JSON.stringify({ memcached: '127.0.0.1:1', ...servers, folder })
  const script = join(import.meta.dirname, 'peer.py')
  // -W: its memcached warns of keys that the tests mean to be strange.
  const child = spawn(PYTHON, ['-W', 'ignore', script, options], { stdio: 'pipe' })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  let ready: () => void = () => {}
  const started = new Promise<void>((resolve) => {
    ready = resolve
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer
    if (answer.id === undefined) return ready()
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const ended = once(child, 'exit').then(() => {
    const error = `Django ended. Run \`npm run setup\` if it lacks a module. It said:\n${said}`
    for (const tell of waiting.values()) tell({ error })
    return error
  })
  const failure = await Promise.race([started, ended])
  if (failure !== undefined) throw new Error(failure)

  let last = 0
  return {
    folder,
    async run(code) {
      const id = ++last
      const answered = new Promise<Answer>((resolve) => {
        waiting.set(id, resolve)
      })
      child.stdin.write(`${JSON.stringify({ id, code })}\n`)
      const { value, error } = await answered
      if (error !== undefined) throw new Error(error)
      return value
    },
    async stop() {
      child.stdin.end()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
