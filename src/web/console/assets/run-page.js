// What the run page does beside being redrawn: keys and tips on the drawing, its width, and the log that follows its tail.
import { readTransfers } from './transfer-plot.js'

const byId = (id) => document.getElementById(id)

// --- The drawing: one mark is in the tab order, the arrow keys go from event to event in the order of time.
const marks = () => [...document.querySelectorAll('.mark')].sort((a, b) => a.dataset.seq - b.dataset.seq)
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

document.addEventListener('keydown', (event) => {
  const mark = event.target.closest?.('.mark')
  if (!mark) return
  const all = marks()
  const here = all.indexOf(mark)
  const ends = { Home: 0, End: all.length - 1 }
  const to = event.key in ends ? ends[event.key] : event.key in STEPS ? here + STEPS[event.key] : undefined
  if (event.key === 'Escape') hideTip()
  if (to === undefined) return
  event.preventDefault()
  all[Math.min(all.length - 1, Math.max(0, to))].focus()
})

function showTip(mark) {
  const tip = byId('timeline-tip')
  const { after, says, source, to, details } = mark.dataset
  const head = document.createElement('b')
  head.textContent = `${after} · ${says}${to ? ` → ${to}` : ''}`
  const rest = document.createElement('span')
  rest.textContent = details ? `${source} · ${details}` : source
  tip.replaceChildren(head, rest)
  tip.hidden = false
  const place = mark.getBoundingClientRect()
  const frame = byId('timeline').getBoundingClientRect()
  const left = place.left - frame.left + place.width / 2 - tip.offsetWidth / 2
  tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`
  tip.style.top = `${place.bottom - frame.top + 8}px`
}
const hideTip = () => {
  byId('timeline-tip').hidden = true
}
for (const [name, act] of [
  ['mouseover', showTip],
  ['focusin', showTip],
  ['mouseout', hideTip],
  ['focusout', hideTip],
])
  document.addEventListener(name, (event) => {
    const mark = event.target.closest?.('.mark')
    if (mark) act(mark)
  })

let zoom = '1'
const applyZoom = () => {
  const timeline = byId('timeline')
  for (const width of ['4', '16']) timeline.classList.toggle(`zoom-${width}`, zoom === width)
  for (const button of document.querySelectorAll('[data-zoom]'))
    button.setAttribute('aria-pressed', String(button.dataset.zoom === zoom))
}
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-zoom]')
  if (!button) return
  zoom = button.dataset.zoom
  applyZoom()
})

// --- The log follows its tail unless the reader has scrolled up.
const log = byId('log')
const atTail = () => log.scrollHeight - log.scrollTop - log.clientHeight < 24
const follow = () => {
  log.scrollTop = log.scrollHeight
}
let following = true
follow()
log.addEventListener('scroll', () => {
  following = atTail()
  byId('log-follow').hidden = following
})
document.addEventListener('click', (event) => {
  if (event.target.id === 'log-follow') follow()
})

// As the server writes it: `30.1 s`, `1:34.0`.
function moment(milliseconds) {
  const tenths = Math.round(milliseconds / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`
  const two = (value) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60]
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`
}

let last = Number(log.dataset.last || 0)
let asking = false
async function readLog() {
  if (asking) return
  asking = true
  const answer = await fetch(`${log.dataset.log}?after=${last}`).catch(() => undefined)
  const lines = answer?.ok ? await answer.json() : []
  asking = false
  if (lines.length === 0) return
  log.querySelector('[data-log-empty]')?.remove()
  for (const { seq, at, line } of lines) {
    const time = document.createElement('span')
    time.className = 'log-time'
    time.textContent = moment(at - Number(log.dataset.start))
    log.append(time, `  ${line}\n`)
    last = seq
  }
  if (following) follow()
}

// Each redraw brings the server's attributes back: the chosen width is put on again, log and plot read what is new.
document.addEventListener('htmx:sse:after:message', () => {
  applyZoom()
  void readLog()
  void readTransfers()
})
