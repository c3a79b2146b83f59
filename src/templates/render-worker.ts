import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '../core/errors.ts'
import { compileBootTemplate } from './boot-template.ts'
import type { RenderOrder, RenderReply } from './guarded-render.ts'

const { name, source, format, values, secrets } = workerData as RenderOrder

function render(): RenderReply {
  try {
    const reveal = ({ secret, form }: { secret: string; form: string }) => secrets[`${secret} ${form}`]!
    return { text: compileBootTemplate(name, source, format)(values, reveal) }
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'template.invalid'
    return { code, message: error instanceof Error ? error.message : String(error) }
  }
}

parentPort!.postMessage(render())
