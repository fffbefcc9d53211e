import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { RawRedis } from './raw-redis.ts'
import { answersPing } from './redis-ping.ts'
import { startRedis } from './redis.ts'

const orphan = fileURLToPath(new URL('../../.build/test/programs/redis-orphan.js', import.meta.url))

describe('startRedis', () => {
  it('answers as soon as it resolves, and is gone with its folder after stop', async () => {
    const redis = await startRedis()
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`)
    expect(await answersPing(redis)).toBe(true)

    await redis.stop()

    expect(isAlive(redis.pid)).toBe(false)
    expect(existsSync(redis.dir)).toBe(false)
  })

  it('starts again on the same port, empty, as another process', async () => {
    await using redis = await startRedis()
    const { pid, port } = redis
    await ask(redis, ['SET', 'k', 'v'])

    await redis.restart()

    expect(redis.port).toBe(port)
    expect(redis.pid).not.toBe(pid)
    expect(await ask(redis, ['GET', 'k'])).toBe('$-1\r\n')
  })

  it('is silent while paused and answers what waited when it resumes', async () => {
    await using redis = await startRedis()
    const client = await RawRedis.open(redis.port)
    await redis.pause()
    expect(await client.send(['PING'], 200)).toBeUndefined()

    const reply = client.reply()
    await redis.resume()

    expect(await reply).toBe('+PONG\r\n')
    client.close()
  })

  it('asks for its password', async () => {
    await using redis = await startRedis({ password: 'p@ss:word/1' })

    expect(redis.url).toBe(`redis://:p%40ss%3Aword%2F1@127.0.0.1:${redis.port}`)
    expect(await ask(redis, ['PING'])).toMatch(/^-NOAUTH/)
    expect(await ask(redis, ['AUTH', 'p@ss:word/1'])).toBe('+OK\r\n')
  })

  it('holds a user to its rules', async () => {
    const user = { name: 'reader', password: 'secret', rules: '~app:* +get' }
    await using redis = await startRedis({ user })
    const client = await RawRedis.open(redis.port)
    expect(redis.url).toBe(`redis://reader:secret@127.0.0.1:${redis.port}`)
    expect(await client.send(['AUTH', 'reader', 'secret'])).toBe('+OK\r\n')

    expect(await client.send(['GET', 'app:1'])).toBe('$-1\r\n')
    expect(await client.send(['SET', 'app:1', 'x'])).toMatch(/^-NOPERM/)
    expect(await client.send(['GET', 'other'])).toMatch(/^-NOPERM/)
    client.close()
  })

  it('speaks TLS on a certificate that its ca vouches for', async () => {
    await using redis = await startRedis({ tls: true })
    expect(redis.url).toBe(`rediss://127.0.0.1:${redis.port}`)
    expect(redis.ca).toContain('BEGIN CERTIFICATE')

    const client = await RawRedis.open(redis.port, redis.ca)

    expect(await client.send(['PING'])).toBe('+PONG\r\n')
    expect(await answersPing({ port: redis.port })).toBe(false)
    client.close()
  })

  it('refuses a port that another server holds instead of taking that server for its own', async () => {
    await using first = await startRedis()

    const second = startRedis({ port: first.port })

    await expect(second).rejects.toMatchObject({ code: 'E_START_FAILED' })
    await expect(second).rejects.toThrow(/in use/)
  })

  it('says how to get a binary that is missing', async () => {
    const started = startRedis({ binary: 'redis-server-that-is-not-there' })

    await expect(started).rejects.toMatchObject({ code: 'E_BINARY_MISSING' })
    await expect(started).rejects.toThrow(/npm run setup/)
  })

  it.for([
    { end: 'is killed without a chance to clean up', argument: 'wait' },
    { end: 'ends and has forgotten to stop it', argument: 'exit' },
  ])('does not outlive a process that $end', async ({ argument }) => {
    const program = spawn(process.execPath, [orphan, argument], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(program, 'exit')
    const [line] = (await once(program.stdout, 'data')) as [Buffer]
    const { pid, dir } = JSON.parse(line.toString()) as { pid: number; dir: string }

    if (argument === 'wait') program.kill('SIGKILL')
    await exited

    await eventually(() => !isAlive(pid) && !existsSync(dir))
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(dir)).toBe(false)
  })
})

async function ask(redis: { port: number }, words: readonly string[]): Promise<string | undefined> {
  const client = await RawRedis.open(redis.port)
  try {
    return await client.send(words)
  } finally {
    client.close()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!holds() && Date.now() < deadline) await sleep(20)
}
