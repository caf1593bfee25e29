import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { samplePhotoPath } from './models.ts'
import { startServer, type TestServer } from './server.ts'

// A client whose types are generated from the server's own description: does it compile, refuse what is wrong, and work?
const FOLDER = join(import.meta.dirname, 'output', 'client')

let server: TestServer
let gallery: string
let description: OpenAPI3
beforeAll(async () => {
  gallery = await mkdtemp(join(tmpdir(), 'xfmr-client-'))
  server = await startServer({ folder: join(gallery, 'gallery') })
  description = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenAPI3
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, 'xfmr.ts'), astToString(await openapiTS(description)))
})
afterAll(async () => {
  await server?.close()
  await rm(gallery, { recursive: true, force: true })
})

/** What the compiler has to say about a program. */
const complaints = (path: string): string[] => {
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    types: ['node'],
  })
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start, file }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

const CLIENT = `import createClient from 'openapi-fetch'
import type { paths } from './xfmr.ts'

export const use = async (baseUrl: string, a: string, b: string) => {
  const client = createClient<paths>({ baseUrl })
  const compared = await client.POST('/v1/compare', { body: { a, b: { data: b, name: 'second' }, fmr: 0.01 } })
  if (!compared.data) throw new Error(compared.error.error.code)
  const cosine: number = compared.data.score.cosine
  const [first] = compared.data.faces
  const enrolled = await client.POST('/v1/subjects/{subject}/examples', {
    params: { path: { subject: 'Ada' } },
    body: { photos: [a] },
  })
  const id: string | undefined = enrolled.data?.enrolled[0]?.id
  const found = await client.POST('/v1/search', { body: { photo: b, top: 1 } })
  const list = await client.GET('/v1/subjects', { params: { query: { limit: 10 } } })
  const missing = await client.GET('/v1/subjects/{subject}', { params: { path: { subject: 'Bob' } } })
  const candidate = found.data?.candidates[0]
  return {
    verdict: compared.data.verdict,
    cosine,
    worn: first.mask?.worn,
    id,
    found: [candidate?.subject, candidate?.example.id],
    names: list.data?.subjects.map(({ name }) => name),
    code: missing.error?.error.code,
  }
}
`

test('compiles, and works', async () => {
  const path = join(FOLDER, 'client.ts')
  await writeFile(path, CLIENT)
  expect(complaints(path)).toEqual([])
  const outfile = join(FOLDER, 'client.js')
  await build({ entryPoints: [path], outfile, bundle: true, format: 'esm', platform: 'node' })
  const { use } = (await import(pathToFileURL(outfile).href)) as {
    use(url: string, a: string, b: string): Promise<Record<string, unknown>>
  }
  const [a, b] = await Promise.all(
    ['cage.jpg', 'cage2_crop.jpg'].map(async file =>
      (await readFile(samplePhotoPath(file))).toString('base64'),
    ),
  )
  const result = await use(server.url, a!, b!)
  expect(result).toMatchObject({ verdict: 'same', worn: false, names: ['Ada'], code: 'E_UNKNOWN_SUBJECT' })
  expect(result.found).toEqual(['Ada', result.id])
  expect(result.cosine).toBeGreaterThan(0.7)
}, 120_000)

test('refuses a value of another type, a missing photo, and an address that does not exist', async () => {
  const path = join(FOLDER, 'wrong.ts')
  const call = (body: string) => `client.POST('/v1/compare', { body: ${body} })`
  await writeFile(
    path,
    `import createClient from 'openapi-fetch'
import type { paths } from './xfmr.ts'
const client = createClient<paths>({ baseUrl: '' })
${call("{ a: '', b: '' }")}
${call("{ a: '', b: '', fmr: 'low' }")}
${call("{ a: '' }")}
client.GET('/v1/nowhere')
`,
  )
  const lines = new Set(complaints(path).map(text => Number(text.split(':')[0])))
  expect([...lines].sort()).toEqual([5, 6, 7])
}, 120_000)

test('every endpoint is described with its answer, its errors and its scope', () => {
  expect(description.openapi).toBe('3.1.0')
  const operations = Object.entries(description.paths!).flatMap(([path, item]) =>
    Object.entries(
      item as Record<string, { operationId: string; description: string; responses: object }>,
    ).map(([method, operation]) => ({ path, method, ...operation })),
  )
  expect(operations.length).toBeGreaterThan(20)
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { responses, description: text } of operations) {
    expect(Object.keys(responses)).toEqual(['200', 'default'])
    expect(text).toMatch(/Scope: (read|enrol|admin)\.$/)
  }
})
