// Script → the text in a link, and back: a version's character, then the script's UTF-8 as raw DEFLATE (RFC
// 1951) in base64url (RFC 4648, section 5) without padding. Pure, but asynchronous.

const VERSION = "1";
/** The longest script that the server takes, in bytes. */
const MAX_BYTES = 60 * 1024;

/** A link that cannot be read: `message` is the reason, `version`, `letters`, `data` or `large`. */
export class DamagedLink extends Error {}

/** The text of a link for a script. Throws `DamagedLink` for a script that is too large. */
export async function pack(script) {
  const bytes = new TextEncoder().encode(script);
  if (bytes.length > MAX_BYTES) throw new DamagedLink("large");
  return VERSION + base64url(await through(new CompressionStream("deflate-raw"), bytes));
}

/** The script in the text of a link; throws `DamagedLink` where there is none. */
export async function unpack(text) {
  if (text[0] !== VERSION) throw new DamagedLink(/^[\w-]/.test(text) ? "version" : "letters");
  const packed = bytes(text.slice(1));
  try {
    const script = await through(new DecompressionStream("deflate-raw"), packed, MAX_BYTES);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(script);
  } catch (error) {
    throw error instanceof DamagedLink ? error : new DamagedLink("data");
  }
}

/** Bytes after a transforming stream. A few bytes can become very many: more than `most` are refused. */
async function through(stream, bytes, most = Infinity) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > most) {
      await reader.cancel();
      throw new DamagedLink("large");
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
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) throw new DamagedLink("letters");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
