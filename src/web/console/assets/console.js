// Colour scheme of the system, forms that call the API, and the secret of a one-time link.
const dark = matchMedia('(prefers-color-scheme: dark)')
const paint = () => document.documentElement.setAttribute('data-bs-theme', dark.matches ? 'dark' : 'light')
dark.addEventListener('change', paint)
paint()

document.addEventListener('DOMContentLoaded', () => {
  const form = document.querySelector('form[data-secret-from-link]')
  if (form) form.elements.secret.value = location.hash.slice(1)
})

// A field named "image version" holds both values in one, separated by a blank.
const bodyOf = (form) =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) => {
      const values = String(value).split(' ')
      return name.includes(' ') ? name.split(' ').map((part, index) => [part, values[index]]) : [[name, value]]
    }),
  )

document.addEventListener('submit', async (event) => {
  const form = event.target
  if (!form.dataset.api) return
  event.preventDefault()
  const [method, url] = form.dataset.api.split(' ')
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(form)),
  })
  const said = await answer.json().catch(() => ({}))
  const error = form.querySelector('[data-error]')
  if (error) {
    error.hidden = answer.ok
    error.textContent = answer.ok ? '' : `${said.code}: ${said.message}`
  }
  if (answer.ok && form.dataset.then) location.href = form.dataset.then.replace('{id}', said.id)
})
