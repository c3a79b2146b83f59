// Colours, forms that call the API, and the secret of a one-time link.
const SCHEMES = ['system', 'light', 'dark']
const systemDark = matchMedia('(prefers-color-scheme: dark)')
const chosen = () => {
  const kept = localStorage.getItem('slipway-colours')
  return SCHEMES.includes(kept) ? kept : 'system'
}
const paint = () => {
  const scheme = chosen() === 'system' ? (systemDark.matches ? 'dark' : 'light') : chosen()
  if (document.documentElement.getAttribute('data-bs-theme') !== scheme) {
    document.documentElement.setAttribute('data-bs-theme', scheme)
    document.dispatchEvent(new Event('slipway:colours'))
  }
  const name = document.querySelector('[data-theme-name]')
  if (name) name.textContent = chosen()[0].toUpperCase() + chosen().slice(1)
}
systemDark.addEventListener('change', paint)
paint()

// A link pasted where the page is open already changes only the part behind the #.
const takeSecret = () => {
  const form = document.querySelector('form[data-secret-from-link]')
  if (form) form.elements.secret.value = location.hash.slice(1)
}
addEventListener('hashchange', takeSecret)
document.addEventListener('DOMContentLoaded', () => {
  paint()
  takeSecret()
})

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-theme-switch]')) return
  localStorage.setItem('slipway-colours', SCHEMES[(SCHEMES.indexOf(chosen()) + 1) % SCHEMES.length])
  paint()
})

// A field named "image version" holds both values in one, separated by a blank; "install.family" is a part of `install`. An
// optional one that is empty is not sent.
const bodyOf = (form) => {
  const body = {}
  for (const [name, value] of valuesOf(form)) {
    const [whole, part] = name.split('.')
    if (part === undefined) body[whole] = value
    else body[whole] = { ...body[whole], [part]: value }
  }
  return body
}
const valuesOf = (form) =>
  [...new FormData(form)].flatMap(([name, value]) => {
    if (value === '' && form.elements[name].dataset?.optional !== undefined) return []
    const values = String(value).split(' ')
    return name.includes(' ') ? name.split(' ').map((part, index) => [part, values[index]]) : [[name, value]]
  })

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

// The form that asks for a run: a machine that can not take one says why, and where to look.
document.addEventListener('change', (event) => {
  const form = event.target.closest('[data-start-run]')
  if (!form || event.target.name !== 'machine') return
  const { why, href, link } = event.target.selectedOptions[0].dataset
  form.querySelector('button[type=submit]').disabled = why !== undefined
  const note = form.querySelector('#why-not')
  note.textContent = why === undefined ? '' : `${why} `
  if (!href) return
  const anchor = document.createElement('a')
  anchor.href = href
  anchor.textContent = link
  note.append(anchor)
})
