import { AppError } from '../../core/errors.ts'
import { windowsZoneOf } from './time-zones.ts'

/** XKB's names of keyboard layouts, and Windows' input locales: language and layout (Windows' default input profiles). */
const KEYBOARDS: Readonly<Record<string, string>> = {
  ara: '0401:00000401',
  be: '080c:0000080c',
  bg: '0402:00030402',
  br: '0416:00000416',
  ca: '0c0c:00001009',
  ch: '0807:00000807',
  cz: '0405:00000405',
  de: '0407:00000407',
  dk: '0406:00000406',
  ee: '0425:00000425',
  es: '0c0a:0000040a',
  fi: '040b:0000040b',
  fr: '040c:0000040c',
  gb: '0809:00000809',
  gr: '0408:00000408',
  hr: '041a:0000041a',
  hu: '040e:0000040e',
  ie: '1809:00001809',
  il: '040d:0002040d',
  is: '040f:0000040f',
  it: '0410:00000410',
  jp: '0411:{03B5835F-F03C-411B-9CE2-AA23E1171E36}{A76C93D9-5523-4E90-AAFA-4DB112F9AC76}',
  kr: '0412:{A028AE76-01B1-46C2-99C4-ACD9858AE02F}{B5FE1F02-D5F2-4445-9C03-C568F23C99A1}',
  latam: '080a:0000080a',
  lt: '0427:00010427',
  lv: '0426:00020426',
  nl: '0413:00020409',
  no: '0414:00000414',
  pl: '0415:00000415',
  pt: '0816:00000816',
  ro: '0418:00010418',
  rs: '281a:00000c1a',
  ru: '0419:00000419',
  se: '041d:0000041d',
  si: '0424:00000424',
  sk: '041b:0000041b',
  tr: '041f:0000041f',
  ua: '0422:00020422',
  us: '0409:00000409',
}

type Regional = { language: string; keyboard: string; timezone: string }

/** The same in Windows' words. Throws template.invalid naming the setting that Windows has no word for. */
export function windowsRegional({ language, keyboard, timezone }: Regional) {
  const inputLocale = KEYBOARDS[keyboard]
  if (inputLocale === undefined)
    throw new AppError(
      'template.invalid',
      `settings.keyboard: expected one that Windows has (${Object.keys(KEYBOARDS).join(', ')}), got ${keyboard}`,
    )
  const timeZone = windowsZoneOf(timezone)
  if (timeZone === undefined)
    throw new AppError('template.invalid', `settings.timezone: expected one that Windows has, got ${timezone}`)
  return { locale: language.replace(/\..*$/, '').replace('_', '-'), inputLocale, timeZone }
}
