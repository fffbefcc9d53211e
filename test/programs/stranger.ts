// A program that knows nothing of any cache: adds 1 to `n` of the items that it is told, in one transaction.
import pg from 'pg'

const [url = ''] = process.argv.slice(2)
const client = new pg.Client({ connectionString: url })
await client.connect()

async function add(ids: readonly number[]): Promise<string> {
  await client.query('begin')
  for (const id of ids) await client.query('update items set n = n + 1 where id = $1', [id])
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  await client.query('commit')
  return rows[0]?.xid ?? ''
}

process.on('message', (ids: readonly number[]) => {
  void add(ids).then((xid) => process.send?.({ xid }))
})
process.on('disconnect', () => void client.end())
process.send?.('ready')
