// Script → the text that a link carries, and back: a version's character, then the script's UTF-8 as raw DEFLATE (RFC
// 1951) in base64url (RFC 4648, section 5) without padding. Pure, but what packs works in the background.

const VERSION = "1";
/** A script is no longer than what the server takes, in bytes. */
const MOST = 60 * 1024;

/** A link that cannot be read: `message` says what is wrong, `version`, `letters`, `data` or `large`. */
export class Damaged extends Error {}

/** The text that carries a script. Throws `Damaged` where it is too large for a link. */
export async function pack(script) {
  const bytes = new TextEncoder().encode(script);
  if (bytes.length > MOST) throw new Damaged("large");
  return VERSION + base64url(await through(new CompressionStream("deflate-raw"), bytes));
}

/** The script that a text carries; throws `Damaged` where it carries none. */
export async function unpack(text) {
  if (text[0] !== VERSION) throw new Damaged(/^[\w-]/.test(text) ? "version" : "letters");
  const packed = bytes(text.slice(1));
  try {
    const script = await through(new DecompressionStream("deflate-raw"), packed, MOST);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(script);
  } catch (error) {
    throw error instanceof Damaged ? error : new Damaged("data");
  }
}

/** Bytes, sent through a stream that changes them. A few of them can become very many: no more than `most` are taken. */
async function through(stream, bytes, most = Infinity) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > most) {
      await reader.cancel();
      throw new Damaged("large");
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function base64url(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytes(text) {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) throw new Damaged("letters");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
