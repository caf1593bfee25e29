import { badPairs } from './pairs.ts'

/** A row and the line it begins in, from 1. */
export type Row = { fields: string[]; line: number }

/** RFC 4180: fields in double quotes may hold commas, line breaks and doubled quotes. Empty lines are skipped. */
export const readCsv = (text: string, name: string): Row[] => {
  const rows: Row[] = []
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y
  let row: Row = { fields: [], line: 1 }
  let line = 1
  for (field.lastIndex = text.startsWith('\uFEFF') ? 1 : 0; ; ) {
    const start = field.lastIndex
    const match = field.exec(text)
    if (!match)
      throw badPairs(name, [
        { problem: `there is a stray quote near "${text.slice(start, start + 20)}"`, line },
      ])
    const [, value, end] = match as unknown as [string, string, string]
    row.fields.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value)
    line += value.split('\n').length - 1
    if (end === ',') continue
    if (row.fields.length > 1 || row.fields[0]!.trim() !== '') rows.push(row)
    if (end === '') return rows
    row = { fields: [], line: ++line }
  }
}

/** A field as it stands in a file. */
export const quote = (field: string): string =>
  /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
