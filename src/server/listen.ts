import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { XfmrError } from '../errors.ts'
import type { Limits } from './limits.ts'

export type Listener = {
  /** Where it can be reached. */
  readonly url: string
  /**
   * Takes no further connections, lets requests under way end, and cuts off what is left after the time is up.
   * @param grace Milliseconds.
   */
  close(grace: number): Promise<void>
}

/**
 * Listens. Clients that send slower than the limits allow are cut off, by the request's headers, its body and between requests.
 * @throws XfmrError `E_USAGE` when the address can't be listened on
 */
export const listen = async (
  fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>,
  { host, port, limits }: { host: string; port: number; limits: Limits },
): Promise<Listener> => {
  // The global Request and Response stay those of Node: nothing else in this process should change because a server runs in it.
  const answer = getRequestListener((request, env) => fetch(request, env as HttpBindings), {
    overrideGlobalObjects: false,
    hostname: host,
  })
  let closing = false
  const server = createServer(
    {
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      // Longer than anyone is told to wait after a 429: a connection that closes just then would fail the next try.
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 16_384,
    },
    (incoming: IncomingMessage, outgoing: ServerResponse) => {
      if (closing) outgoing.setHeader('connection', 'close')
      void answer(incoming, outgoing)
    },
  )
  server.maxConnections = limits.connections
  // Longer than any work may take, so that it only cuts off who doesn't read the answer.
  server.setTimeout(limits.requestTimeout + 2 * limits.workTimeout)
  server.on('clientError', refuse)
  await bound(server, host, port)
  const address = server.address() as AddressInfo
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: async grace => {
      closing = true
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), grace)
      await closed
      clearTimeout(timer)
    },
  }
}

// --- internal ---

const bound = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', cause =>
      reject(new XfmrError('E_USAGE', `Can't listen on ${host}, port ${port}: ${cause.message}.`, { cause })),
    )
    server.listen({ host, port }, resolve)
  })

/** What is no HTTP, too long or too slow gets an answer with a code like everything else, as far as it still listens. */
const refuse = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const [status, code, message] = PROBLEMS[error.code ?? ''] ?? MALFORMED
  const body = JSON.stringify({ error: { code, message } })
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
  // Whoever keeps sending is not waited for.
  setTimeout(() => socket.destroy(), 1000).unref()
}

type Problem = readonly [status: string, code: string, message: string]

const MALFORMED: Problem = ['400 Bad Request', 'E_BAD_REQUEST', 'This is not HTTP.']

const PROBLEMS: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'E_TIMEOUT', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'E_TOO_LARGE', 'The headers are too long.'],
}
