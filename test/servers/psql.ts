import { execFile } from 'node:child_process'

/** What a person does with `psql`: a program that knows nothing of any cache. @returns what it printed */
export async function psql(url: string, sql: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', url]
    const child = execFile('psql', args, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(error)
    })
    child.stdin?.end(sql)
  })
}
