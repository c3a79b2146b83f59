import { type AddressInfo, connect, createServer } from 'node:net'

/** Relays a free loopback port to a unix socket, so that a browser outside the bench reaches the service inside. */
export async function relayToSocket(socket: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((near) => {
    const far = connect(socket)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
