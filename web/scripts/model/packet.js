// A packet's bytes → the fields of its headers and their positions. Pure: knows no language and no DOM.
//
// The fields follow from the bytes alone, except for `facts` from other segments: the initial numbers of both directions
// and the scale of windows.

/**
 * A field: the bytes from `start` up to `end`, or the `bits` of them.
 * @typedef {{key: string, start: number, end: number, value: string, bits?: string, note?: {key: string, n?: number|string},
 *            section?: string, children?: Field[]}} Field
 */

/** The bytes of a text of hexadecimal digits. */
export const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));

/**
 * The fields of an IPv4 packet that carries TCP.
 * @param {Uint8Array} bytes from the IP header on; the end of the data may be missing
 * @param {{seq?: number, ack?: number, shift?: number}} facts relative numbers, and the shift of this direction's windows
 * @returns {Field[]}
 */
export function dissect(bytes, facts = {}) {
  const data = start(bytes) + (bytes[start(bytes) + 12] >> 4) * 4;
  const length = number(bytes, 2, 4);
  const fields = [ip(bytes), tcp(bytes, facts)];
  if (length > data) {
    const note = bytes.length < length ? { key: "first", n: bytes.length - data } : undefined;
    fields.push({ key: "data", start: data, end: bytes.length, value: `${length - data} B ${text(bytes.subarray(data))}`, note });
  }
  return fields;
}

/** The offset of the TCP header. */
const start = (bytes) => (bytes[0] & 15) * 4;

function number(bytes, from, to) {
  return bytes.subarray(from, to).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Data as a quoted string, shortened. */
function text(bytes) {
  const read = JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 40)));
  return bytes.length > 40 ? `${read.slice(0, -1)}…` : read;
}

const hex = (value, digits) => `0x${value.toString(16).padStart(digits, "0")}`;
const address = (bytes, from) => bytes.subarray(from, from + 4).join(".");
const CODEPOINTS = ["Not-ECT", "ECT(1)", "ECT(0)", "CE"];

function ip(bytes) {
  const field = (key, from, to, value, more = {}) => ({ key, start: from, end: to, value: String(value), section: "RFC 791, 3.1", ...more });
  const bit = (key, mask) => field(key, 6, 7, bytes[6] & mask ? 1 : 0, { bits: hex(mask, 2) });
  const set = ["DF", "MF"].filter((_, index) => bytes[6] & [0x40, 0x20][index]);
  const children = [
    field("version", 0, 1, bytes[0] >> 4, { bits: "0xf0" }),
    field("ihl", 0, 1, `${bytes[0] & 15} × 4 = ${start(bytes)} B`, { bits: "0x0f" }),
    field("dscp", 1, 2, bytes[1] >> 2, { bits: "0xfc", section: "RFC 2474, 3" }),
    field("ecn", 1, 2, `${bytes[1] & 3} ${CODEPOINTS[bytes[1] & 3]}`, { bits: "0x03", section: "RFC 3168, 5" }),
    field("total_length", 2, 4, `${number(bytes, 2, 4)} B`),
    field("identification", 4, 6, hex(number(bytes, 4, 6), 4)),
    field("ip_flags", 6, 7, set.join(", ") || "0", { bits: "0xe0", children: [bit("reserved_bit", 0x80), bit("df", 0x40), bit("mf", 0x20)] }),
    field("fragment_offset", 6, 8, (number(bytes, 6, 8) & 0x1fff) * 8, { bits: "0x1fff" }),
    field("ttl", 8, 9, bytes[8]),
    field("protocol", 9, 10, `${bytes[9]} TCP`),
    field("ip_checksum", 10, 12, hex(number(bytes, 10, 12), 4), { note: { key: sum(bytes.subarray(0, start(bytes))) === 0xffff ? "right" : "wrong" } }),
    field("source_address", 12, 16, address(bytes, 12)),
    field("destination_address", 16, 20, address(bytes, 16)),
  ];
  return field("ipv4", 0, start(bytes), `${address(bytes, 12)} → ${address(bytes, 16)}`, { children });
}

const FLAGS = ["cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"];

function tcp(bytes, { seq, ack, shift }) {
  const at = start(bytes);
  const length = (bytes[at + 12] >> 4) * 4;
  const field = (key, from, to, value, more = {}) => ({ key, start: at + from, end: at + to, value: String(value), section: "RFC 9293, 3.1", ...more });
  const word = (from, to) => number(bytes, at + from, at + to);
  const set = (flag) => Boolean(bytes[at + 13] & mask(flag));
  const relative = (n) => (n === undefined || n === null ? undefined : { key: "relative", n });
  const flags = FLAGS.map((flag) => field(flag, 13, 14, set(flag) ? 1 : 0, { bits: hex(mask(flag), 2), section: SECTIONS[flag] ?? "RFC 9293, 3.1" }));
  const children = [
    field("source_port", 0, 2, word(0, 2)),
    field("destination_port", 2, 4, word(2, 4)),
    field("sequence", 4, 8, word(4, 8), { section: "RFC 9293, 3.4", note: relative(seq) }),
    field("acknowledgment", 8, 12, word(8, 12), { section: "RFC 9293, 3.4", note: set("ack") ? relative(ack) : { key: "unused" } }),
    field("data_offset", 12, 13, `${bytes[at + 12] >> 4} × 4 = ${length} B`, { bits: "0xf0" }),
    field("reserved", 12, 13, bytes[at + 12] & 15, { bits: "0x0f" }),
    field("flags", 13, 14, FLAGS.filter(set).reverse().join(", ").toUpperCase() || "0", { children: flags }),
    field("window", 14, 16, word(14, 16), { section: "RFC 9293, 3.8.6", note: scaled(word(14, 16), set("syn"), shift) }),
    field("checksum", 16, 18, hex(word(16, 18), 4), { note: { key: checksumNote(bytes, at) } }),
    field("urgent_pointer", 18, 20, word(18, 20), { note: set("urg") ? undefined : { key: "unused" } }),
  ];
  if (length > 20) {
    const inside = options(bytes, at, length, Number.isInteger(ack) ? word(8, 12) - ack : 0);
    children.push(field("options", 20, length, `${length - 20} B`, { section: "RFC 9293, 3.2", children: inside }));
  }
  return field("tcp", 0, length, `${word(0, 2)} → ${word(2, 4)}`, { children });
}

const mask = (flag) => 0x80 >> FLAGS.indexOf(flag);
const SECTIONS = { cwr: "RFC 3168, 6.1", ece: "RFC 3168, 6.1" };

/** The meaning of a window. A SYN's window is never scaled: RFC 7323, 2.2. */
function scaled(window, syn, shift) {
  if (syn) return { key: "never_scaled" };
  if (shift === undefined) return undefined;
  return shift === null ? { key: "not_scaled" } : { key: "scaled", n: `× ${2 ** shift} = ${window * 2 ** shift} B` };
}

/** The sum of words, 0xffff where a checksum is right: RFC 1071. */
function sum(...parts) {
  let total = 0;
  for (const bytes of parts) {
    for (let i = 0; i < bytes.length; i += 2) total += bytes[i] * 256 + (bytes[i + 1] ?? 0);
  }
  while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000);
  return total;
}

/** Whether TCP's checksum is right. It covers all data, and a pseudo header of addresses, protocol and length. */
function checksumNote(bytes, at) {
  const length = number(bytes, 2, 4) - at;
  if (bytes.length - at < length) return "not_checked";
  const rest = [0, bytes[9], length >> 8, length & 0xff];
  return sum(bytes.subarray(12, 20), rest, bytes.subarray(at, at + length)) === 0xffff ? "right" : "wrong";
}

/** Options by their kind; a decoder returns the value, and the parts where there are some. */
const OPTIONS = {
  0: { key: "end_of_options", section: "RFC 9293, 3.2" },
  1: { key: "nop", section: "RFC 9293, 3.2" },
  2: { key: "mss", section: "RFC 9293, 3.7.1", value: (word, from) => `${word(from + 2, from + 4)} B` },
  3: { key: "window_scale", section: "RFC 7323, 2.2", value: (word, from) => `${word(from + 2, from + 3)}: × ${2 ** word(from + 2, from + 3)}` },
  4: { key: "sack_permitted", section: "RFC 2018, 2" },
  5: { key: "sack", section: "RFC 2018, 3", parts: (from, to) => pairs(from, to).map((at) => ["sack_block", at, at + 8]) },
  8: { key: "timestamps", section: "RFC 7323, 3.2", parts: (from) => [["ts_value", from + 2, from + 6], ["ts_echo", from + 6, from + 10]] },
};
const pairs = (from, to) => Array.from({ length: Math.floor((to - from - 2) / 8) }, (_, index) => from + 2 + index * 8);

/** `initial` is the other direction's first number, to which SACK blocks are relative. */
function options(bytes, tcp, length, initial) {
  const fields = [];
  const word = (from, to) => number(bytes, from, to);
  for (let from = tcp + 20; from < tcp + length;) {
    const kind = bytes[from];
    const size = kind < 2 ? 1 : Math.max(bytes[from + 1], 2);
    const to = Math.min(from + size, tcp + length);
    const known = OPTIONS[kind] ?? { key: "unknown_option" };
    const { key, section } = known;
    const part = ([key, from, to]) => {
      const value = key === "sack_block" ? `${since(initial, word(from, from + 4))} – ${since(initial, word(from + 4, to))}` : String(word(from, to));
      return { key, start: from, end: to, value, section };
    };
    const children = known.parts?.(from, to).map(part);
    fields.push({ key, start: from, end: to, section, value: known.value?.(word, from) ?? (known === OPTIONS[kind] ? "" : String(kind)), ...(children && { children }) });
    from = to;
    if (kind === 0) break;
  }
  return fields;
}

const since = (initial, number) => (number - initial + 2 ** 32) % 2 ** 32;

/** The innermost fields of a byte; a byte of flags has several. */
export function fieldsAt(fields, byte) {
  return fields
    .filter(({ start, end }) => start <= byte && byte < end)
    .flatMap((field) => {
      const inner = field.end - field.start > 1 ? fieldsAt(field.children ?? [], byte) : [];
      return inner.length ? inner : [field];
    });
}
