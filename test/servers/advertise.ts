import { openEmptyAdvertiser } from '../../src/servers/empty-advertiser.ts'

/** Sends one advertisement on the interface named by the argument as soon as the kernel takes it, then ends. */
const advertiser = openEmptyAdvertiser(process.argv[2]!)
const timer = setInterval(() => {
  if (!advertiser.send()) return
  clearInterval(timer)
  advertiser.close()
}, 50)
