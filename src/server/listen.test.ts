import { expect, test } from 'vitest'
import { sendRaw } from '../../test/server.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { listen } from './listen.ts'

const HEAD = 'POST / HTTP/1.1\r\nhost: x\r\n'

test('who sends too slowly is cut off: headers, and bodies', async () => {
  const limits = { ...DEFAULT_LIMITS, headersTimeout: 1000, requestTimeout: 2000 }
  const { url, close } = await listen(async request => new Response(await request.text()), {
    host: '127.0.0.1',
    port: 0,
    limits,
  })
  const port = Number(new URL(url).port)
  const [headers, body, whole] = await Promise.all([
    sendRaw(port, HEAD),
    sendRaw(port, `${HEAD}content-length: 1000\r\n\r\n{`),
    sendRaw(port, `${HEAD}connection: close\r\ncontent-length: 2\r\n\r\nok`),
  ])
  expect(headers.text).toMatch(/^HTTP\/1.1 408 [\s\S]*E_TIMEOUT/)
  expect(body.text).toMatch(/^HTTP\/1.1 408 [\s\S]*E_TIMEOUT/)
  expect(whole.text).toMatch(/^HTTP\/1.1 200 [\s\S]*ok$/)
  await close(0)
}, 30_000)

test('closing lets a request under way end, and cuts off one that does not', async () => {
  const started: (() => void)[] = []
  const slow = async (request: Request): Promise<Response> => {
    await new Promise<void>(resolve => void started.push(resolve))
    return new Response(new URL(request.url).pathname)
  }
  const open = await listen(slow, { host: '127.0.0.1', port: 0, limits: DEFAULT_LIMITS })
  const ends = fetch(`${open.url}/ends`)
  const hangs = fetch(`${open.url}/hangs`).catch(() => 'cut off')
  await expect.poll(() => started.length).toBe(2)
  const closed = open.close(500)
  await expect(fetch(open.url)).rejects.toThrow()
  started[0]!()
  expect((await ends).status).toBe(200)
  expect(await hangs).toBe('cut off')
  await closed
})
