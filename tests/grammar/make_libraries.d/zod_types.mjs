// Prints the schemas of zod's own types: [name, schema, valid values, invalid values].
import { createRequire } from "node:module";
import path from "node:path";

const { z } = createRequire(path.resolve(process.argv[2]) + "/")("zod");

const cat = z.object({ kind: z.literal("cat"), lives: z.int().min(0).max(9) });
const dog = z.object({ kind: z.literal("dog"), good: z.boolean() });
const base = z.object({ id: z.string() });
const tree = z.object({ value: z.number(), get children() { return z.array(tree); } });
const category = z.object({ name: z.string(), get parent() { return category.optional(); } });
const uuid = "16fd2706-8baf-433b-82eb-8c7fada847da";

const types = {
  string: [z.string(), ["a", ""], [1]],
  "string-bounds": [z.string().min(2).max(4), ["abc"], ["a", "abcde"]],
  "string-length": [z.string().length(3), ["abc"], ["ab"]],
  regex: [z.string().regex(/^[a-z]+\d*$/), ["ab1"], ["1ab"]],
  includes: [z.string().includes("x"), ["axb"], ["ab"]],
  "starts-with": [z.string().startsWith("a."), ["a.b"], ["ab"]],
  "ends-with": [z.string().endsWith("z"), ["az"], ["za"]],
  uppercase: [z.string().uppercase(), ["AB"], ["Ab"]],
  lowercase: [z.string().lowercase(), ["ab"], ["aB"]],
  "two-regexes": [z.string().regex(/^a/).regex(/b$/), ["ab"], ["ba"]],
  email: [z.email(), ["ann@example.org", "a.b+c@d-e.co.uk"], ["a..b@example.org", ".a@b.co", "a@b", "a"]],
  "email-browser": [z.email({ pattern: z.regexes.html5Email }), ["ann@example.org"], ["a@"]],
  "email-unicode": [z.email({ pattern: z.regexes.unicodeEmail }), ["ann@example.org"], ["a"]],
  "email-rfc": [z.email({ pattern: z.regexes.rfc5322Email }), ["ann@example.org"], ["a"]],
  url: [z.url(), ["https://example.org/a"], []],
  "http-url": [z.httpUrl ? z.httpUrl() : z.url(), ["https://example.org/a"], []],
  uuid: [z.uuid(), [uuid], ["16fd2706", "16fd2706-8baf-033b-82eb-8c7fada847da"]],
  uuidv4: [z.uuidv4(), [uuid], [uuid.replace("-4", "-1")]],
  uuidv7: [z.uuidv7(), ["01890a5d-ac96-774b-bcce-b302099a8057"], [uuid]],
  guid: [z.guid(), [uuid], ["x"]],
  cuid: [z.cuid(), ["cjld2cjxh0000qzrmn831i7rn"], ["x"]],
  cuid2: [z.cuid2(), ["tz4a98xxat96iws9zmbrgj3a"], ["A B"]],
  ulid: [z.ulid(), ["01ARZ3NDEKTSV4RRFFQ69G5FAV"], ["x"]],
  nanoid: [z.nanoid(), ["V1StGXR8_Z5jdHi6B-myT"], ["x"]],
  xid: [z.xid(), ["9m4e2mr0ui3e8a215n4g"], ["x"]],
  ksuid: [z.ksuid(), ["0ujtsYcgvSTl8PAuAdqWYSMnLOv"], ["x"]],
  base64: [z.base64(), ["aGk=", ""], ["aGk"]],
  base64url: [z.base64url(), ["aGk"], ["a+b"]],
  jwt: [z.jwt(), [], [1]],
  e164: [z.e164(), ["+491701234567"], ["0170"]],
  ipv4: [z.ipv4(), ["10.0.0.1"], ["10.0.0.256"]],
  ipv6: [z.ipv6(), ["::1", "2001:db8::1"], ["x"]],
  cidrv4: [z.cidrv4(), ["10.0.0.0/8"], ["10.0.0.0"]],
  cidrv6: [z.cidrv6(), ["2001:db8::/32"], ["x"]],
  emoji: [z.emoji(), [], []],
  hostname: [z.hostname(), ["example.org"], ["-a"]],
  "iso-date": [z.iso.date(), ["2024-02-29"], ["2023-02-29", "2024-13-01"]],
  "iso-time": [z.iso.time(), [], ["25:00"]],
  "iso-time-zoned": [z.iso.time({ precision: 0 }), [], ["x"]],
  "iso-datetime": [z.iso.datetime(), ["2024-02-29T12:30:00Z"], ["2023-02-29T12:30:00Z"]],
  "iso-datetime-offset": [z.iso.datetime({ offset: true }), ["2024-02-29T12:30:00+01:00"], ["x"]],
  "iso-datetime-local": [z.iso.datetime({ local: true }), ["2024-02-29T12:30:00Z"], ["x"]],
  "iso-duration": [z.iso.duration(), ["P1Y2M", "PT5M"], ["1 day", "P"]],
  number: [z.number(), [1.5, -2], ["1"]],
  int: [z.int(), [3, -3], [1.5]],
  int32: [z.int32(), [5], [2147483648]],
  uint32: [z.uint32(), [5], [-1]],
  float32: [z.float32(), [1.5], ["x"]],
  positive: [z.number().positive(), [0.5], [0]],
  "positive-int": [z.int().positive(), [1], [0, 1.5]],
  "non-negative": [z.number().nonnegative(), [0], [-1]],
  bounds: [z.number().gt(0).lt(10), [5, 0.5], [0, 10]],
  "multiple-of": [z.number().multipleOf(5), [10], [7]],
  boolean: [z.boolean(), [true], [0]],
  null: [z.null(), [null], [0]],
  any: [z.any(), [1, [2]], []],
  unknown: [z.unknown(), [{ a: 1 }], []],
  never: [z.object({ a: z.never().optional() }), [{}], [{ a: 1 }]],
  literal: [z.literal("a"), ["a"], ["b"]],
  literals: [z.literal(["a", 1, true, null]), ["a", 1, true, null], ["b"]],
  enum: [z.enum(["a", "b"]), ["a"], ["c"]],
  "native-enum": [z.enum({ Low: 1, High: 2 }), [1], [3]],
  "string-bool": [z.stringbool(), [], [1]],
  "template-literal": [z.templateLiteral(["v", z.number(), ".", z.enum(["a", "b"])]), ["v1.a"], ["v.a"]],
  nullable: [z.string().nullable(), ["a", null], [1]],
  optional: [z.object({ a: z.string().optional() }), [{}, { a: "x" }], [{ a: 1 }]],
  nullish: [z.object({ a: z.string().nullish() }), [{ a: null }, {}], [{ a: 1 }]],
  default: [z.object({ a: z.number().default(3) }), [{ a: 1 }], [{ a: "x" }]],
  prefault: [z.object({ a: z.string().prefault("x") }), [{ a: "b" }], [{ a: 1 }]],
  catch: [z.object({ a: z.number().catch(1) }), [{ a: 2 }], []],
  readonly: [z.array(z.number()).readonly(), [[1]], [["a"]]],
  object: [z.object({ a: z.string(), b: z.number() }), [{ a: "x", b: 1 }], [{ a: "x" }]],
  "strict-object": [z.strictObject({ a: z.string() }), [{ a: "x" }], [{ a: "x", b: 1 }]],
  "loose-object": [z.looseObject({ a: z.string() }), [{ a: "x", b: 1 }], [{ b: 1 }]],
  catchall: [z.object({ a: z.string() }).catchall(z.number()), [{ a: "x", b: 1 }], [{ a: "x", b: "y" }]],
  "empty-object": [z.object({}), [{}], [[]]],
  partial: [z.object({ a: z.string(), b: z.number() }).partial(), [{}, { b: 1 }], [{ a: 1 }]],
  extended: [base.extend({ name: z.string() }), [{ id: "a", name: "b" }], [{ id: "a" }]],
  intersection: [z.intersection(base, z.object({ name: z.string() })), [{ id: "a", name: "b" }], [{ id: "a" }]],
  "loose-intersection": [z.intersection(z.looseObject({ a: z.string() }), z.looseObject({ b: z.number() })),
                         [{ a: "x", b: 1 }], [{ a: "x" }]],
  record: [z.record(z.string(), z.number()), [{ a: 1 }, {}], [{ a: "x" }]],
  "record-of-enum": [z.record(z.enum(["a", "b"]), z.number()), [{ a: 1, b: 2 }], [{ a: 1, c: 2 }, { a: 1 }]],
  "partial-record": [z.partialRecord(z.enum(["a", "b"]), z.number()), [{ b: 1 }, {}], [{ c: 1 }]],
  "record-by-regex": [z.record(z.string().regex(/^x-/), z.string()), [{ "x-a": "b" }], [{ a: "b" }, { "x-a": 1 }]],
  "record-by-number": [z.record(z.number(), z.string()), [], []],
  "record-by-length": [z.record(z.string().min(2), z.number()), [{ ab: 1 }], [{ a: 1 }]],
  "record-by-literals": [z.partialRecord(z.union([z.literal("a"), z.literal("b")]), z.number()), [{ a: 1 }], [{ c: 1 }]],
  array: [z.array(z.string()), [["a"]], [[1]]],
  "array-bounds": [z.array(z.int()).min(1).max(2), [[1]], [[], [1, 2, 3]]],
  "array-non-empty": [z.array(z.string()).nonempty(), [["a"]], [[]]],
  tuple: [z.tuple([z.string(), z.number()]), [["a", 1]], [["a"], [1]]],
  "tuple-rest": [z.tuple([z.string()], z.number()), [["a", 1, 2]], [["a", "b"]]],
  union: [z.union([z.string(), z.number(), z.object({ a: z.string() })]), ["a", 1, { a: "b" }], [true]],
  "union-of-objects": [z.union([z.object({ id: z.number() }), z.object({ name: z.string() })]),
                       [{ id: 1 }, { name: "a" }], [{}]],
  "discriminated-union": [z.discriminatedUnion("kind", [cat, dog]),
                          [{ kind: "cat", lives: 3 }, { kind: "dog", good: true }], [{ kind: "cow" }, { kind: "dog" }]],
  "nested-union": [z.object({ pets: z.array(z.discriminatedUnion("kind", [cat, dog])).min(1) }),
                   [{ pets: [{ kind: "cat", lives: 3 }] }], [{ pets: [] }]],
  recursive: [tree, [{ value: 1, children: [{ value: 2, children: [] }] }], [{ value: 1 }]],
  "recursive-optional": [category, [{ name: "a", parent: { name: "b" } }, { name: "a" }], [{}]],
  lazy: [z.lazy(() => z.union([z.string(), z.array(z.string())])), ["a", ["b"]], [1]],
  json: [z.json(), [1, "a", [null], { a: { b: true } }], []],
  pipe: [z.string().pipe(z.string().min(2)), ["ab"], []],
  described: [z.string().describe("a name").meta({ title: "Name", examples: ["x"] }), ["a"], [1]],
  branded: [z.string().brand(), ["a"], [1]],
  refined: [z.number().refine((n) => n > 0), [1], ["a"]],
  "overwritten": [z.string().trim().toLowerCase(), ["a"], [1]],
  registered: [z.object({ a: cat, b: cat }), [{ a: { kind: "cat", lives: 1 }, b: { kind: "cat", lives: 2 } }], [{}]],
  "date-as-text": [z.codec(z.iso.datetime(), z.string(), { decode: (a) => a, encode: (a) => a }), [], [1]],
};

const variants = {
  "": {},
  "/input": { io: "input" },
  "/draft-7": { target: "draft-7" },
  "/reused": { reused: "ref" },
};
const out = [];
for (const [name, [type, valid, invalid]] of Object.entries(types)) {
  for (const value of valid) {
    if (!type.safeParse(value).success) throw new Error(`${name}: ${JSON.stringify(value)}`);
  }
  for (const [suffix, options] of Object.entries(variants)) {
    let schema;
    try {
      schema = z.toJSONSchema(type, options);
    } catch {
      continue; // what zod itself cannot express
    }
    out.push([name + suffix, schema, valid, suffix === "/input" ? [] : invalid]);
  }
}
console.log(JSON.stringify(out));
