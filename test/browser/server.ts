import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { modelBytes, samplePhotoPath } from '../models.ts'

/** Stands for: the type follows from the file's name. */
const BY_NAME = 'by name'

/** Serves one page with a script, the models, the sample photos and ONNX Runtime's wasm files, on loopback. */
export const servePage = async (
  script: Uint8Array,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<{ url: string; close(): void }> => {
  const ort = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'))
  const routes: [prefix: string, read: (name: string) => Promise<Uint8Array>, type: string][] = [
    ['/models/', modelBytes, 'application/octet-stream'],
    ['/files/', async name => files[name]!, 'application/octet-stream'],
    ['/photos/', name => readFile(samplePhotoPath(name)), 'image/jpeg'],
    ['/ort/', name => readFile(join(ort, name)), BY_NAME],
    ['/page.js', async () => script, 'text/javascript'],
    [
      '/',
      async () => new TextEncoder().encode('<!doctype html><script type="module" src="/page.js"></script>'),
      'text/html',
    ],
  ]
  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? '/'
    const [prefix, read, type] = routes.find(([start]) => path.startsWith(start))!
    try {
      const body = await read(path.slice(prefix.length))
      const mime = type !== BY_NAME ? type : path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript'
      response.writeHead(200, { 'content-type': mime }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() }
}
