import express, { type RequestHandler, type Router } from 'express'
import { loaderNamed } from '../boot/firmware.ts'
import { AppError } from '../core/errors.ts'
import { encodeSignatures } from '../image/signature.ts'
import { agentRoutes } from '../servers/agents/agent-routes.ts'
import { mediumRoutes } from '../servers/agents/medium-routes.ts'
import { answerRoutes } from '../servers/http-boot/answer-routes.ts'
import { bootRoutes } from '../servers/http-boot/boot-routes.ts'
import { callbackRoutes } from '../servers/http-boot/callback-routes.ts'
import { clientAddress, type TrustedProxy } from '../servers/http-boot/client-address.ts'
import { packageRoutes } from '../servers/http-boot/package-routes.ts'
import type { Appliance } from './appliance.ts'
import type { createBootAnswers } from './boot-answers.ts'
import { createBootImages } from './boot-images.ts'
import type { DoorPlace } from './dhcp-door.ts'
import type { MachineEvidence } from './machine-evidence.ts'
import { createMediumReports } from './medium-reports.ts'
import type { PeerDirectory } from './peer-directory.ts'
import { macsOf, type RunParts } from './run-parts.ts'

export type MachineRoutesParts = {
  appliance: Appliance
  runs: RunParts
  answers: ReturnType<typeof createBootAnswers>
  evidence: MachineEvidence
  peers: Pick<PeerDirectory, 'macOf' | 'segmentOf' | 'tie' | 'knewSecret'>
}

/** The machines' HTTP door at one address. */
export function bootDoor(parts: MachineRoutesParts, place: Omit<DoorPlace, 'segments'>): Router {
  const { appliance, runs, answers, evidence } = parts
  const routes = bootRoutes({
    peerMac: async (address) => parts.peers.macOf(place.interface, address),
    decideForMac: runs.decider.decideForMac,
    choseDiscovery: runs.decider.choseDiscovery,
    reachedScript: runs.decider.reachedScript,
    script: answers.script,
    files: async (runId) => {
      const run = await runs.service.find(runId)
      return { ...(await runs.bootFiles(run)), kind: run.kind }
    },
    loader: (name) => {
      const loader = loaderNamed(name)
      return loader && loader.from !== 'built' ? runs.loaderFiles.path(loader) : undefined
    },
    bootImage: createBootImages({
      folder: appliance.bootImageFolder,
      loaderFiles: runs.loaderFiles,
      filesOf: async (runId) => {
        const run = await runs.service.find(runId)
        return { ...(await runs.bootFiles(run)), kind: run.kind }
      },
      script: answers.imageScript,
    }),
    loaderRead: runs.loaders.noteRead,
    chunks: appliance.chunks,
    openChunk: (digest, span) => appliance.library.openChunk(digest, span),
    chunkFile: appliance.chunkFile,
    proxy: proxyOf(appliance),
    decideForChunk: runs.decideForChunk,
    asked: (runId, digest, bytes) => appliance.log.debug({ runId, digest, bytes }, 'chunk asked for'),
    served: (runId, digest, bytes) => {
      appliance.log.debug({ runId, digest, bytes }, 'chunk served')
      runs.transfers.noteServed(runId, bytes)
    },
    record: runs.record,
    recordLocal: (mac, type, detail) => {
      const segment = parts.peers.segmentOf(place.interface, detail.peer)
      const what = type === 'holdAnswered' ? 'http hold' : 'http own disk'
      return evidence.note({ at: appliance.clock.now(), mac, segment, what, detail }, type)
    },
  })
  const callbacks = callbackRoutes({
    runOf: async (token) => {
      const claim = runs.secrets.read('callback', token)
      if (!claim) return undefined
      // That of an installer dies with its boot session, that of an image's first start with its run.
      const live = claim.session === 0 ? 0 : (await appliance.store.bootSessions.live(claim.runId))?.number
      return live === claim.session ? appliance.store.runs.find(claim.runId) : undefined
    },
    said: runs.installations.installation.said,
  })
  const installDoor = answerRoutes({
    open: runs.installations.door({
      macOf: (address) => parts.peers.macOf(place.interface, address),
      segmentOf: (address) => parts.peers.segmentOf(place.interface, address),
    }),
    proxy: proxyOf(appliance),
  })
  const packages = packageRoutes({ open: appliance.packages.open, proxy: proxyOf(appliance) })
  return express
    .Router()
    .use(packages)
    .use(callbacks)
    .use(installDoor)
    .use('/s/:secret', tiedBySecret(parts, place), routes)
    .use(routes)
}

/** Who knows the path of a live session is its machine, whatever address it asks from. */
const tiedBySecret =
  ({ appliance, runs, peers }: MachineRoutesParts, place: Omit<DoorPlace, 'segments'>): RequestHandler =>
  async (req, _res, next) => {
    const mac = await runs.sessionPaths.macOf(String(req.params.secret))
    if (!mac) throw new AppError('resource.not_found', 'expected the path of a live boot session, got another')
    peers.tie(place.interface, clientAddress(req, proxyOf(appliance)), mac, 'sessionSecret')
    next()
  }

/** The proxy of the settings; it sends any file of ours that we name below `handOverPath`. */
function proxyOf({ settings }: Appliance): TrustedProxy | undefined {
  const { proxy } = settings.machines
  return proxy && { address: proxy.address, handOver: (file) => proxy.handOverPath + encodeURI(file) }
}

/** The agents' TLS door at one address. A boot code is good only from the address of its own machine. */
export function agentDoor(parts: MachineRoutesParts, place: Omit<DoorPlace, 'segments'>): Router {
  const { appliance, runs } = parts
  const media = mediumRoutes({ take: createMediumReports(runs.secrets, appliance.log) })
  const agents = agentRoutes({
    exchange: async (code, nonce, peer) => {
      const claim = runs.secrets.read('code', code)
      const run = claim && (await appliance.store.runs.find(claim.runId))
      const macs = run ? await macsOf(appliance, run) : []
      // Its operating system may have another address than its firmware had: then the code itself tells who it is.
      const isTold = parts.peers.knewSecret(place.interface, macs)
      const mac = parts.peers.macOf(place.interface, peer) ?? (isTold ? macs[0] : undefined)
      if (!run || !mac || !macs.includes(mac))
        throw new AppError(
          'agent.token_refused',
          `expected a boot code from its own machine, got one from ${peer} (${mac ?? 'of no known machine'})`,
        )
      const answer = await runs.exchange.exchange(code, nonce, peer)
      if (isTold) parts.peers.tie(place.interface, peer, mac, 'sessionSecret')
      await runs.loaders.noteStage(mac)
      return answer
    },
    authorizeAgent: runs.exchange.authorizeAgent,
    authorizeFacts: runs.exchange.authorizeFacts,
    plan: async (run, inventory) => {
      const plan = await runs.deployment.plan(run, inventory)
      if ((await runs.manifests.manifest(run.manifestDigest)).boot.seed === 'nocloud')
        await runs.answers.assert(run, place.address)
      return plan
    },
    manifest: async (digest) => {
      const { bytes, signatures } = await appliance.library.manifest(digest)
      return { bytes, signatures: encodeSignatures(signatures.signatures) }
    },
    meetPeers: (run, address, report) =>
      runs.peers.meet(run, { address, segment: parts.peers.segmentOf(place.interface, address) }, report),
    judgeReadBack: runs.deployment.judgeReadBack,
    captures: runs.captures,
    discoveries: runs.discoveries,
    seed: async (run) => {
      const { boot } = await runs.manifests.manifest(run.manifestDigest)
      const told = boot.seed === 'nocloud' ? await runs.answers.give(run, place.address) : undefined
      return runs.installations.seeds.ofImage(run, boot.seed, place.address, told)
    },
    progress: (runId, progress) => {
      runs.service.noteProgress(runId, progress)
      runs.transfers.noteProgress(runId, progress)
      runs.feed.publish({ kind: 'progress', runId, progress })
    },
    log: runs.log,
    record: runs.record,
  })
  return express.Router().use(media).use(agents)
}
