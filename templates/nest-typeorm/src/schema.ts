// What the shop begins with. An application that grows has migrations instead.
export const SCHEMA = `
  create table if not exists products (
    id integer primary key,
    name text not null,
    cents integer not null check (cents >= 0)
  );
  insert into products values (1, 'Desk lamp', 4900), (2, 'Floor lamp', 12900), (3, 'Lantern', 1900)
  on conflict do nothing;
`
