// The import form: a file travels by tus, in parts that go on where they stopped; then the service imports it, or the URL.
const PART_BYTES = 16 << 20

const form = document.querySelector('[data-import]')
const bar = form?.querySelector('progress')
const says = form?.querySelector('[data-upload-says]')
const error = form?.querySelector('[data-error]')
const fail = (text) => {
  error.hidden = text === ''
  error.textContent = text
}

const upload = (file) =>
  new Promise((resolve, reject) => {
    bar.hidden = false
    const started = performance.now()
    const travel = new tus.Upload(file, {
      endpoint: '/api/v1/uploads',
      chunkSize: PART_BYTES,
      removeFingerprintOnSuccess: true,
      retryDelays: [0, 1000, 3000, 5000, 10_000],
      onError: reject,
      onProgress: (done, total) => {
        bar.value = (done / total) * 100
        const rate = done / ((performance.now() - started) / 1000)
        const left = Math.round((total - done) / Math.max(rate, 1))
        says.textContent = `${(done / 2 ** 20).toFixed(0)} of ${(total / 2 ** 20).toFixed(0)} MiB, ${(rate / 2 ** 20).toFixed(1)} MiB/s, ${left} s left`
      },
      onSuccess: () => resolve(travel.url.split('/').at(-1)),
    })
    // The same file, chosen again after the page or the network went away, goes on where it was.
    travel.findPreviousUploads().then((before) => {
      if (before.length > 0) travel.resumeFromPreviousUpload(before[0])
      travel.start()
    }, reject)
  })

form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  fail('')
  const file = form.querySelector('#import-file').files[0]
  const { name, version, url, format } = Object.fromEntries(new FormData(form))
  if (!file && !url) return fail('Choose a file, or give a URL.')
  const button = form.querySelector('button')
  button.disabled = true
  try {
    const from = file ? { upload: await upload(file) } : { url }
    const stated = format || (file ? file.name : undefined)
    const answer = await fetch('/api/v1/image-imports', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, version, ...from, ...(stated ? { format: stated } : {}) }),
    })
    const said = await answer.json().catch(() => ({}))
    if (!answer.ok) return fail(`${said.code}: ${said.message}`)
    says.textContent = `${said.says} has begun`
    form.reset()
  } catch (cause) {
    fail(`The upload stopped: ${cause.message}. Choose the same file again to go on.`)
  } finally {
    bar.hidden = true
    button.disabled = false
  }
})
