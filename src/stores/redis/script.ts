import { createHash } from 'node:crypto'
import type { Argument, Command } from './port.ts'

/**
 * One act that Redis runs as a whole. Those of records declare exactly one key, so that they also work while that key's slot
 * is moving in a cluster: two keys, even of one slot, are refused there with TRYAGAIN.
 */
export class Script {
  readonly name: string
  readonly lua: string
  readonly sha: string

  constructor(name: string, lua: string) {
    this.name = name
    this.lua = lua
    this.sha = createHash('sha1').update(lua).digest('hex')
  }

  call(key: string, ...args: readonly Argument[]): ScriptCall {
    return new ScriptCall(this, [key], args)
  }

  /** On several keys of one slot: while that moves in a cluster, such an act is refused with TRYAGAIN, and tried again. */
  callOn(keys: readonly string[], ...args: readonly Argument[]): ScriptCall {
    return new ScriptCall(this, keys, args)
  }
}

/** A script with its key and arguments, in the two forms in which a server takes it. */
export class ScriptCall {
  readonly script: Script
  readonly #tail: readonly Argument[]

  constructor(script: Script, keys: readonly string[], args: readonly Argument[]) {
    this.script = script
    this.#tail = [String(keys.length), ...keys, ...args]
  }

  /** Names the script by its digest: what a server that has seen it needs. */
  get short(): Command {
    return ['EVALSHA', this.script.sha, ...this.#tail]
  }

  /** Carries the script itself: for a server that was restarted, failed over or told SCRIPT FLUSH. */
  get full(): Command {
    return ['EVAL', this.script.lua, ...this.#tail]
  }
}
