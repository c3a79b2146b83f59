import koffi from 'koffi'
import { AppError } from '../core/errors.ts'

// <asm-generic/socket.h>, <bits/socket.h>, <bits/socket_type.h>, <netinet/in.h>; the same on every Linux we run on.
export const AF_INET = 2
export const AF_INET6 = 10
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const MSG_DONTWAIT = 0x40
export const SOL_SOCKET = 1
export const SO_BINDTODEVICE = 25
/** <linux/udp.h>: one send carries several datagrams of the size that this option sets. */
export const SOL_UDP = 17
export const UDP_SEGMENT = 103
/** SOCK_NONBLOCK | SOCK_CLOEXEC, to be added to a socket's type. */
export const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000

const library = koffi.load('libc.so.6')
export const socket = library.func('int socket(int, int, int)')
export const setsockopt = library.func('int setsockopt(int, int, int, const uint8_t *, uint32_t)')
export const bind = library.func('int bind(int, const uint8_t *, uint32_t)')
export const ioctl = library.func('int ioctl(int, unsigned long, _Inout_ uint8_t *)')
export const sendto = library.func('long sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)')
export const send = library.func('long send(int, const uint8_t *, size_t, int)')
export const recv = library.func('long recv(int, _Out_ uint8_t *, size_t, int)')
const nametoindex = library.func('unsigned int if_nametoindex(const char *)')
export const close = library.func('int close(int)')

/** The name of the error that the last call left, such as ENODEV. */
export function lastError(): string {
  const errno = koffi.errno()
  return Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`
}

/** The result of a call that must not be negative. Throws socket.failed naming call, place and error. */
export function called(call: string, where: string, result: number, details: object = {}): number {
  if (result >= 0) return result
  const name = lastError()
  throw new AppError('socket.failed', `expected ${call} to succeed on ${where}, got ${name}`, {
    ...details,
    call,
    name,
  })
}

/** The kernel's number of an interface. Throws socket.failed where there is none of that name. */
export function interfaceIndex(name: string): number {
  const index = Number(nametoindex(name))
  return called('if_nametoindex', name, index === 0 ? -1 : index)
}

/** A C int as bytes. */
export function int(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeInt32LE(value)
  return out
}
