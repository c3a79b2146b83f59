import { stat } from 'node:fs/promises'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { loaderNamed } from '../../boot/firmware.ts'
import { AppError } from '../../core/errors.ts'
import type { BootDecision } from '../../domain/boot.ts'
import { BOOT_FILE_EVENTS, bootOf } from '../../domain/run/boot-file-events.ts'
import type { RunKind } from '../../domain/run/run.ts'
import type { RunEventType } from '../../domain/run/run-events.ts'
import { clientAddress, isThroughProxy, localAddress } from './client-address.ts'
import { createFirstAsks } from './first-asks.ts'
import { type SendChunkDeps, sendChunk } from './send-chunk.ts'
import { sendFile } from './send-file.ts'
import { type PatchedFile, sendPatched } from './send-patched.ts'

/** What a run of a kind is booted with: paths of files. */
export type BootFiles = { kernel: string; initrd: string; kind: RunKind }

/** A decision under which firmware may load something. */
export type LoadingDecision = Extract<BootDecision, { kind: 'grant' | 'hold' }>

/** How many bytes of a boot image are GRUB's script, the kernel, the ramdisk, and of which kind of run it is. */
export type BootImageParts = { scriptBytes: number; kernelBytes: number; initrdBytes: number; kind: RunKind }

/** What the machines' HTTP door needs. `peerMac` ties an address to a MAC by its lease. */
export type BootRoutesDeps = SendChunkDeps & {
  peerMac(address: string): Promise<string | undefined>
  decideForMac(mac: string): Promise<BootDecision>
  /** Somebody chose discovery in the menu of an unknown machine. */
  choseDiscovery(mac: string): Promise<BootDecision>
  /** The same, asked for every chunk. */
  decideForChunk(mac: string): Promise<BootDecision>
  reachedScript(runId: string): Promise<void>
  script(decision: BootDecision, mac: string, localAddress: string): Promise<string>
  files(runId: string): Promise<BootFiles>
  /** The file of a loader by its name. */
  loader(name: string): string | undefined
  /** The image that a name stands for, with GRUB's script of this boot session in it; undefined for other names. */
  bootImage(
    name: string,
    decision: LoadingDecision,
    mac: string,
    localAddress: string,
  ): Promise<(PatchedFile & BootImageParts) | undefined>
  /** A loader was read to its end. */
  loaderRead(mac: string, name: string): Promise<void>
  record(runId: string, type: RunEventType, detail: Record<string, unknown>): Promise<unknown>
  recordLocal(mac: string, type: 'localBootAnswered' | 'holdAnswered', detail: LocalDetail): Promise<void>
}

/** Who was sent to its disk or told to wait, by how long a script and why. */
type LocalDetail = { peer: string; bytes: number; why: string }

/**
 * Every path of the machines' HTTP door. Nothing here is secret; without a grant only the script answers, and to a held
 * machine the loader that fetches it.
 */
export function bootRoutes(deps: BootRoutesDeps): Router {
  const asks = createFirstAsks()
  return express
    .Router()
    .use(readOnly)
    .get('/boot/ipxe', (req, res) => sendScript(deps, deps.decideForMac, req, res))
    .get('/boot/discover', (req, res) => sendScript(deps, deps.choseDiscovery, req, res))
    .get('/boot/loader/:name', (req, res) => sendLoader(deps, String(req.params.name), req, res))
    .get('/boot/kernel', (req, res) => sendBootFile(deps, 'kernel', req, res))
    .get('/boot/initrd', (req, res) => sendBootFile(deps, 'initrd', req, res))
    .get('/chunks/sha256/:digest', async (req, res) => {
      const { runId, session } = await grantOf(deps, req, deps.decideForChunk)
      // Before the chunk is opened: an open stream that nobody listens to would take its error to the process.
      if (asks.isFirst(runId, session))
        await deps.record(runId, 'firstChunkServed', { peer: clientAddress(req, deps.proxy), session })
      await sendChunk(deps, { runId, digest: String(req.params.digest) }, req, res)
    })
}

/** iPXE's script for what is decided. Who chose in the menu has begun something, which asking for a size does not. */
async function sendScript(
  deps: BootRoutesDeps,
  decide: BootRoutesDeps['decideForMac'],
  req: Request,
  res: Response,
): Promise<void> {
  const mac = await macOf(deps, req)
  const isHead = req.method === 'HEAD'
  const decision = await (isHead ? deps.decideForMac(mac) : decide(mac))
  const script = await deps.script(decision, mac, localAddress(req))
  res.set('cache-control', 'no-store').type('text/plain').send(script)
  if (isHead) return
  const detail = { peer: clientAddress(req, deps.proxy), bytes: script.length }
  if (decision.kind === 'grant') {
    await deps.reachedScript(decision.runId)
    await deps.record(decision.runId, 'scriptFetched', { ...detail, session: decision.session })
  } else {
    const type = decision.kind === 'hold' ? 'holdAnswered' : 'localBootAnswered'
    await deps.recordLocal(mac, type, { ...detail, why: decision.why })
  }
}

/** UEFI HTTP boot asks for the size first (HEAD) and then for the file, under a grant or while the machine is held. */
async function sendLoader(deps: BootRoutesDeps, name: string, req: Request, res: Response): Promise<void> {
  const mac = await macOf(deps, req)
  const decision = await deps.decideForMac(mac)
  if (decision.kind === 'local' || decision.kind === 'ignore')
    throw new AppError('resource.not_found', `expected a boot grant, ${decision.why}`)
  const started = performance.now()
  // The boot image holds a script for one session: for a menu there is none.
  const image = decision.kind === 'menu' ? undefined : await deps.bootImage(name, decision, mac, localAddress(req))
  const file = image?.path ?? deps.loader(name)
  if (!file) throw new AppError('resource.not_found', `expected the name of a loader, got ${name}`)
  const sentAll = image ? await sendPatched(image, req, res) : await sendFile(file, req, res, handOverOf(deps, req))
  if (!sentAll) return
  if (req.method !== 'HEAD') await deps.loaderRead(mac, name)
  if (decision.kind !== 'grant') return
  const { runId, session } = decision
  const { size } = image ?? (await stat(file))
  const detail = { peer: clientAddress(req, deps.proxy), name, bytes: size, session, family: loaderNamed(name)?.family }
  if (req.method === 'HEAD') return void (await deps.record(runId, 'loaderProbed', detail))
  const milliseconds = Math.round(performance.now() - started)
  await deps.record(runId, 'loaderFetched', { ...detail, milliseconds })
  if (image) await recordParts(deps, image, runId, { within: name, milliseconds, session })
}

/** The image carries all that is fetched one by one elsewhere, so its last byte is the end of those steps too. */
async function recordParts(
  deps: BootRoutesDeps,
  parts: BootImageParts,
  runId: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await deps.reachedScript(runId)
  await deps.record(runId, 'scriptFetched', { bytes: parts.scriptBytes, ...detail })
  const { kernel, initrd } = BOOT_FILE_EVENTS[bootOf(parts.kind)]
  await deps.record(runId, kernel, { bytes: parts.kernelBytes, ...detail })
  await deps.record(runId, initrd, { bytes: parts.initrdBytes, ...detail })
}

async function sendBootFile(
  deps: BootRoutesDeps,
  which: 'kernel' | 'initrd',
  req: Request,
  res: Response,
): Promise<void> {
  const { runId, session } = await grantOf(deps, req)
  const files = await deps.files(runId)
  const file = files[which]
  const started = performance.now()
  const sentAll = await sendFile(file, req, res, handOverOf(deps, req))
  if (!sentAll || req.method === 'HEAD') return
  const milliseconds = Math.round(performance.now() - started)
  const { size } = await stat(file)
  await deps.record(runId, BOOT_FILE_EVENTS[bootOf(files.kind)][which], {
    peer: clientAddress(req, deps.proxy),
    bytes: size,
    milliseconds,
    session,
  })
}

/** The grant under which this request's machine boots. Throws resource.not_found: without one no file exists. */
async function grantOf(
  deps: BootRoutesDeps,
  req: Request,
  decide = deps.decideForMac,
): Promise<{ runId: string; session: number }> {
  const decision = await decide(await macOf(deps, req))
  if (decision.kind === 'grant') return decision
  throw new AppError('resource.not_found', `expected a boot grant, ${decision.why}`)
}

async function macOf(deps: BootRoutesDeps, req: Request): Promise<string> {
  const address = clientAddress(req, deps.proxy)
  const mac = await deps.peerMac(address)
  if (mac) return mac
  throw new AppError('resource.not_found', `expected a machine with a lease, got ${address}`)
}

const handOverOf = ({ proxy }: BootRoutesDeps, req: Request) =>
  isThroughProxy(req, proxy) ? proxy.handOver : undefined

/** Nothing behind this door is changed by a request (RFC 9110 §15.5.6). */
const readOnly: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD') return next()
  res.set('allow', 'GET, HEAD')
  throw new AppError('request.method', `expected GET or HEAD, got ${req.method}`)
}
