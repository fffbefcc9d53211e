import { execFile } from 'node:child_process'

/** What a person does at a console: a program that knows nothing of any cache. @returns what it printed */
async function typed(program: string, args: readonly string[], sql: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(error)
    })
    child.stdin?.end(sql)
  })
}

/** @param url of PostgreSQL */
export async function psql(url: string, sql: string): Promise<string> {
  return await typed('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', url], sql)
}

/** @param url of MariaDB */
export async function mariadb(url: string, sql: string): Promise<string> {
  const { hostname, port, username, pathname } = new URL(url)
  const where = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, '--protocol=tcp']
  const plain = ['--no-defaults', '--batch', '--skip-column-names']
  return await typed('mariadb', [...plain, ...where, pathname.slice(1)], sql)
}

/** @param file of SQLite */
export async function sqlite3(file: string, sql: string): Promise<string> {
  return await typed('sqlite3', ['-batch', '-bail', '-cmd', '.timeout 5000', file], sql)
}
