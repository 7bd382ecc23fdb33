import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the Java of {@code io.quorate.amqp.protocol} that follows from the description of the
 * protocol: a record per method, the decoder by class and method id, reply codes, constants and the
 * basic properties. Run by the JDK's source launcher in generate-sources: {@code java
 * GenerateProtocol.java DESCRIPTION OUTPUT_FOLDER}; it needs nothing but the JDK, hence its own small
 * JSON reader. A file whose text has not changed is left alone, so that nothing is compiled again.
 */
public final class GenerateProtocol {
  private static final String PACKAGE = "io.quorate.amqp.protocol";
  private static final String HEADER = "// Generated from amqp0-9-1.json by GenerateProtocol.java.\n";

  private final Path root;
  private final Map<?, ?> description;
  private final List<MethodSpec> methods = new ArrayList<>();

  private GenerateProtocol(Map<?, ?> description, Path root) {
    this.description = description;
    this.root = root;
    for (Object c : list(description, "classes")) {
      for (Object m : list(c, "methods")) {
        methods.add(MethodSpec.of(c, m));
      }
    }
  }

  public static void main(String[] args) throws IOException {
    Object json = new Json(Files.readString(Path.of(args[0]))).document();
    GenerateProtocol generator = new GenerateProtocol((Map<?, ?>) json, Path.of(args[1]));
    generator.run();
  }

  private void run() throws IOException {
    emit("method", "package-info", packageInfo());
    for (MethodSpec m : methods) {
      emit("method", m.javaName(), methodRecord(m));
    }
    emit("", "MethodType", methodTypes());
    emit("", "MethodCodec", methodCodec());
    emit("", "ReplyCode", replyCodes());
    emit("", "ProtocolConstants", constants());
    emit("", "BasicProperties", basicProperties());
  }

  private void emit(String subPackage, String type, String text) throws IOException {
    Path folder = root.resolve((PACKAGE + "." + subPackage).replace('.', '/'));
    Files.createDirectories(folder);
    Path file = folder.resolve(type + ".java");
    String whole = HEADER + text;
    if (!Files.exists(file) || !Files.readString(file).equals(whole)) {
      Files.writeString(file, whole);
    }
  }

  // ---- what the description says ----

  private record Field(String name, String type, boolean reserved, boolean binary) {
    static Field of(Object json) {
      return new Field(
          string(json, "name"), string(json, "type"), flag(json, "reserved"), flag(json, "binary"));
    }

    String javaName() {
      return lowerCamel(name);
    }

    String javaType() {
      return switch (type) {
        case "bit" -> "boolean";
        case "octet", "short" -> "int";
        case "long", "longlong", "timestamp" -> "long";
        case "shortstr" -> "String";
        case "longstr" -> binary ? "byte[]" : "String";
        case "table" -> "Map<String, @Nullable Object>";
        default -> throw new IllegalArgumentException("unknown field type " + type);
      };
    }

    String boxedType() {
      return switch (javaType()) {
        case "boolean" -> "Boolean";
        case "int" -> "Integer";
        case "long" -> "Long";
        default -> javaType();
      };
    }

    String readCall() {
      return switch (type) {
        case "octet" -> "octet()";
        case "short" -> "shortUint()";
        case "long" -> "longUint()";
        case "longlong", "timestamp" -> "longLong()";
        case "shortstr" -> "shortString()";
        case "longstr" -> binary || reserved ? "longBytes()" : "longString()";
        case "table" -> "table()";
        default -> throw new IllegalArgumentException("no plain read for " + type);
      };
    }

    String writeStatement(String value) {
      return switch (type) {
        case "octet" -> "FieldWriter.octet(out, " + value + ");";
        case "short" -> "FieldWriter.shortUint(out, " + value + ");";
        case "long" -> "FieldWriter.longUint(out, " + value + ");";
        case "longlong", "timestamp" -> "out.putLong(" + value + ");";
        case "shortstr" -> "FieldWriter.shortString(out, " + value + ");";
        case "longstr" -> "FieldWriter." + (binary ? "longBytes" : "longString") + "(out, " + value + ");";
        case "table" -> "FieldWriter.table(out, " + value + ");";
        default -> throw new IllegalArgumentException("no plain write for " + type);
      };
    }

    String reservedValue() {
      return switch (type) {
        case "shortstr", "longstr" -> "\"\"";
        case "table" -> "Map.of()";
        default -> "0";
      };
    }

    String doc() {
      return switch (type) {
        case "octet" -> "0 to 255";
        case "short" -> "0 to 65,535";
        case "long" -> "0 to 4,294,967,295";
        case "longlong" -> "64 bits";
        case "shortstr" -> "at most 255 octets of UTF-8";
        case "longstr" -> binary ? "octets, not copied" : "UTF-8";
        case "table" -> "a field table";
        default -> "a bit";
      };
    }
  }

  private record MethodSpec(
      String className, int classId, String name, int id, boolean content, boolean synchronous,
      List<?> from, List<?> replies, List<Field> fields) {
    static MethodSpec of(Object c, Object m) {
      List<Field> fields = list(m, "fields").stream().map(Field::of).toList();
      return new MethodSpec(
          string(c, "name"), number(c, "id"), string(m, "name"), number(m, "id"), flag(m, "content"),
          flag(m, "synchronous"), list(m, "from"), list(m, "replies"), fields);
    }

    String javaName() {
      return upperCamel(className) + upperCamel(name);
    }

    String constant() {
      return constantName(className + "-" + name);
    }

    String protocolName() {
      return className + "." + name;
    }

    List<Field> components() {
      return fields.stream().filter(f -> !f.reserved()).toList();
    }
  }

  // ---- what is written ----

  private String packageInfo() {
    return """
        /**
         * The methods of AMQP 0-9-1, a record each, generated from {@code
         * src/main/protocol/amqp0-9-1.json}; depends on {@code io.quorate.amqp.protocol} only.
         */
        @NullMarked
        package %s.method;

        import org.jspecify.annotations.NullMarked;
        """.formatted(PACKAGE);
  }

  private String methodRecord(MethodSpec m) {
    StringBuilder out = new StringBuilder();
    boolean table = m.components().stream().anyMatch(f -> f.type().equals("table"));
    boolean writesHelpers = m.fields().stream().anyMatch(f -> !f.type().equals("bit") && !f.type().equals("longlong"));
    out.append("package ").append(PACKAGE).append(".method;\n\n");
    if (writesHelpers) {
      out.append("import io.quorate.amqp.protocol.FieldWriter;\n");
    }
    out.append("import io.quorate.amqp.protocol.Method;\nimport io.quorate.amqp.protocol.MethodType;\n");
    out.append("import io.quorate.amqp.protocol.WireReader;\nimport io.quorate.amqp.protocol.WireWriter;\n");
    if (table) {
      out.append("import java.util.Map;\nimport org.jspecify.annotations.Nullable;\n");
    }
    out.append("\n/**\n * The method {@code ").append(m.protocolName()).append("}, class ");
    out.append(m.classId()).append(", method ").append(m.id()).append(".\n");
    for (Field f : m.components()) {
      out.append(f == m.components().get(0) ? " *\n" : "");
      out.append(" * @param ").append(f.javaName()).append(" {@code ").append(f.name()).append("}, ");
      out.append(f.doc()).append('\n');
    }
    out.append(" */\npublic record ").append(m.javaName()).append('(');
    List<String> components = new ArrayList<>();
    m.components().forEach(f -> components.add(f.javaType() + " " + f.javaName()));
    out.append(String.join(", ", components)).append(")\n    implements Method {\n\n");
    out.append("  @Override\n  public MethodType methodType() {\n    return MethodType.");
    out.append(m.constant()).append(";\n  }\n\n");
    readBody(out, m);
    writeBody(out, m);
    return out.append("}\n").toString();
  }

  private void readBody(StringBuilder out, MethodSpec m) {
    out.append("  /** Reads the fields, from where {@code in} stands. */\n");
    out.append("  public static ").append(m.javaName()).append(" read(WireReader in) {\n");
    int bit = 0;
    int octets = 0;
    for (Field f : m.fields()) {
      if (f.type().equals("bit")) {
        if (bit % 8 == 0) {
          octets++;
          out.append("    int bits").append(octets).append(" = in.at(\"").append(f.name()).append("\").octet();\n");
        }
        if (!f.reserved()) {
          out.append("    boolean ").append(f.javaName()).append(" = (bits").append(octets).append(" & ");
          out.append(1 << bit % 8).append(") != 0;\n");
        }
        bit++;
        continue;
      }
      bit = 0;
      out.append("    ").append(f.reserved() ? "" : f.javaType() + " " + f.javaName() + " = ");
      out.append("in.at(\"").append(f.name()).append("\").").append(f.readCall()).append(";\n");
    }
    List<String> names = m.components().stream().map(Field::javaName).toList();
    out.append("    return new ").append(m.javaName()).append('(').append(String.join(", ", names));
    out.append(");\n  }\n\n");
  }

  private void writeBody(StringBuilder out, MethodSpec m) {
    out.append("  @Override\n  public void write(WireWriter out) {\n");
    List<String> bits = new ArrayList<>();
    for (Field f : m.fields()) {
      if (f.type().equals("bit")) {
        bits.add(f.reserved() ? "0" : "(" + f.javaName() + " ? " + (1 << bits.size()) + " : 0)");
        if (bits.size() == 8) {
          flushBits(out, bits);
        }
        continue;
      }
      flushBits(out, bits);
      String value = f.reserved() ? f.reservedValue() : f.javaName();
      Field plain = f.reserved() ? new Field(f.name(), f.type(), true, false) : f;
      out.append("    ").append(plain.writeStatement(value)).append('\n');
    }
    flushBits(out, bits);
    out.append("  }\n");
  }

  private static void flushBits(StringBuilder out, List<String> bits) {
    if (!bits.isEmpty()) {
      out.append("    out.putByte(").append(String.join(" | ", bits)).append(");\n");
      bits.clear();
    }
  }

  private String methodTypes() {
    StringBuilder out = new StringBuilder("package " + PACKAGE + ";\n\nimport java.util.Set;\n\n");
    out.append("/** Every method of the protocol: its ids, its name, and what the specification says of it. */\n");
    out.append("public enum MethodType {\n");
    for (MethodSpec m : methods) {
      out.append("  /** {@code ").append(m.protocolName()).append("}. */\n  ").append(m.constant()).append('(');
      out.append(m.classId()).append(", ").append(m.id()).append(", \"").append(m.protocolName()).append("\", ");
      out.append(m.content()).append(", ").append(m.synchronous()).append(", ");
      out.append(m.from().contains("client")).append(", ").append(m.from().contains("server"));
      for (Object reply : m.replies()) {
        out.append(", \"").append(m.className()).append('.').append(reply).append('"');
      }
      out.append(m == methods.get(methods.size() - 1) ? ");\n" : "),\n");
    }
    return out.append("""

          private final int classId;
          private final int methodId;
          private final String protocolName;
          private final boolean hasContent;
          private final boolean synchronous;
          private final boolean sentByClients;
          private final boolean sentByServers;
          private final Set<String> replies;

          MethodType(
              int classId, int methodId, String protocolName, boolean hasContent, boolean synchronous,
              boolean sentByClients, boolean sentByServers, String... replies) {
            this.classId = classId;
            this.methodId = methodId;
            this.protocolName = protocolName;
            this.hasContent = hasContent;
            this.synchronous = synchronous;
            this.sentByClients = sentByClients;
            this.sentByServers = sentByServers;
            this.replies = Set.of(replies);
          }

          /** The id of the class. */
          public int classId() {
            return classId;
          }

          /** The id of the method within its class. */
          public int methodId() {
            return methodId;
          }

          /** The name, as {@code queue.declare}. */
          public String protocolName() {
            return protocolName;
          }

          /** Whether a content header and a body follow. */
          public boolean hasContent() {
            return hasContent;
          }

          /** Whether the sender waits for one of {@link #replies}. */
          public boolean synchronous() {
            return synchronous;
          }

          /** Whether a client may send it. */
          public boolean sentByClients() {
            return sentByClients;
          }

          /** Whether a server may send it. */
          public boolean sentByServers() {
            return sentByServers;
          }

          /** The names of the methods that answer it, as {@code queue.declare-ok}. */
          public Set<String> replies() {
            return replies;
          }
        }
        """).toString();
  }

  private String methodCodec() {
    StringBuilder out = new StringBuilder("package " + PACKAGE + ";\n\n");
    for (MethodSpec m : methods) {
      out.append("import ").append(PACKAGE).append(".method.").append(m.javaName()).append(";\n");
    }
    out.append("""
        import java.nio.ByteBuffer;

        /** Reads methods by class and method id; stateless. */
        public final class MethodCodec {
          private MethodCodec() {}

          /**
           * Reads the payload of a method frame: both ids, then the fields.
           *
           * @param payload the payload; its position is moved to its limit
           * @throws ProtocolException as {@link #read(int, int, WireReader)}
           */
          public static Method read(ByteBuffer payload) {
            WireReader in = new WireReader(payload);
            int classId = in.at("class-id").shortUint();
            return read(classId, in.at("method-id").shortUint(), in);
          }

          /**
           * Reads a method's fields.
           *
           * @param in holds the fields and nothing after them
           * @throws ProtocolException with {@link ReplyCode#NOT_IMPLEMENTED} when the protocol has no
           *     such method, with {@link ReplyCode#SYNTAX_ERROR} when a field is malformed or octets are
           *     left over
           */
          public static Method read(int classId, int methodId, WireReader in) {
            try {
              Method method = readFields(classId, methodId, in);
              in.expectEnd();
              return method;
            } catch (ProtocolException e) {
              throw e.at(classId, methodId);
            }
          }

          private static Method readFields(int classId, int methodId, WireReader in) {
            return switch (classId << 16 | methodId) {
        """);
    for (MethodSpec m : methods) {
      out.append("      case ").append(m.classId()).append(" << 16 | ").append(m.id()).append(" -> ");
      out.append(m.javaName()).append(".read(in);\n");
    }
    return out.append("""
              default ->
                  throw ProtocolException.of(
                      ReplyCode.NOT_IMPLEMENTED,
                      "AMQP 0-9-1 has no method " + methodId + " in class " + classId);
            };
          }
        }
        """).toString();
  }

  private String replyCodes() {
    StringBuilder out = new StringBuilder("package " + PACKAGE + ";\n\n");
    out.append("/** The reply codes, and what each of them closes (specification 1.1). */\npublic enum ReplyCode {\n");
    List<?> codes = list(description, "reply-codes");
    for (Object c : codes) {
      out.append("  /** ").append(number(c, "code")).append(": ").append(string(c, "doc")).append(". */\n  ");
      out.append(constantName(string(c, "name"))).append('(').append(number(c, "code")).append(", Severity.");
      out.append(string(c, "severity").toUpperCase(Locale.ROOT));
      out.append(c == codes.get(codes.size() - 1) ? ");\n" : "),\n");
    }
    return out.append("""

          /** What an error does. */
          public enum Severity {
            /** It is no error. */
            NONE,
            /** It closes the channel. */
            SOFT,
            /** It closes the connection. */
            HARD
          }

          private final int code;
          private final Severity severity;

          ReplyCode(int code, Severity severity) {
            this.code = code;
            this.severity = severity;
          }

          /** The code on the wire, 200 to 541. */
          public int code() {
            return code;
          }

          /** What it closes, by the specification. */
          public Severity severity() {
            return severity;
          }

          /** Whether it closes the connection. */
          public boolean isHard() {
            return severity == Severity.HARD;
          }
        }
        """).toString();
  }

  private String constants() {
    StringBuilder out = new StringBuilder("package " + PACKAGE + ";\n\n");
    out.append("/** The protocol's numbers (specification 1.1 and 4.2). */\npublic final class ProtocolConstants {\n");
    for (String part : List.of("major", "minor", "revision", "port")) {
      out.append("  /** The protocol's ").append(part).append(". */\n  public static final int ");
      out.append(constantName(part)).append(" = ").append(number(description.get("protocol"), part)).append(";\n\n");
    }
    for (Object c : list(description, "constants")) {
      out.append("  /** ").append(string(c, "doc")).append(". */\n  public static final int ");
      out.append(constantName(string(c, "name"))).append(" = ").append(number(c, "value")).append(";\n\n");
    }
    for (Object c : list(description, "classes")) {
      out.append("  /** The id of the class {@code ").append(string(c, "name")).append("}. */\n  public static final int CLASS_");
      out.append(constantName(string(c, "name"))).append(" = ").append(number(c, "id")).append(";\n\n");
    }
    return out.append("  private ProtocolConstants() {}\n}\n").toString();
  }

  private String basicProperties() {
    Object basic = list(description, "classes").stream().filter(c -> string(c, "name").equals("basic")).findAny().orElseThrow();
    List<Field> fields = list(basic, "properties").stream().map(Field::of).toList();
    int all = 0;
    for (int i = 0; i < fields.size(); i++) {
      all |= 1 << (15 - i);
    }
    StringBuilder out = new StringBuilder("package " + PACKAGE + ";\n\n");
    out.append("import java.util.Map;\nimport org.jspecify.annotations.Nullable;\n\n");
    out.append("/**\n * The properties of a content of class basic (specification 1.8, 4.2.6.1); a property that is absent\n");
    out.append(" * is null. The timestamp is in seconds since 1970, whatever the publisher put there.\n */\n");
    out.append("public record BasicProperties(\n");
    List<String> components = new ArrayList<>();
    fields.forEach(f -> components.add("    @Nullable " + f.boxedType() + " " + f.javaName()));
    out.append(String.join(",\n", components)).append(") {\n\n");
    out.append("  /** No property at all. */\n  public static final BasicProperties EMPTY = builder().build();\n\n");
    out.append("""
          /** A builder with no property set. */
          public static Builder builder() {
            return new Builder();
          }

          /**
           * Reads the property flags and the property list.
           *
           * @param in holds them and nothing after them
           * @throws ProtocolException with {@link ReplyCode#SYNTAX_ERROR}
           */
          public static BasicProperties read(WireReader in) {
            int flags = in.at("property-flags").shortUint();
        """);
    out.append("    if ((flags & ~").append(all).append(") != 0) {\n");
    out.append("      throw ProtocolException.of(\n          ReplyCode.SYNTAX_ERROR,\n");
    out.append("          \"property flags 0x\" + Integer.toHexString(flags) + \" name a property that class basic does not have\");\n    }\n");
    out.append("    Builder properties = builder();\n");
    for (int i = 0; i < fields.size(); i++) {
      Field f = fields.get(i);
      out.append("    if ((flags & ").append(1 << (15 - i)).append(") != 0) {\n      properties.").append(f.javaName());
      out.append(" = in.at(\"").append(f.name()).append("\").").append(f.readCall()).append(";\n    }\n");
    }
    out.append("    in.expectEnd();\n    return properties.build();\n  }\n\n");
    out.append("  /** Writes the property flags and the property list. */\n  public void write(WireWriter out) {\n    FieldWriter.shortUint(\n        out,\n");
    for (int i = 0; i < fields.size(); i++) {
      out.append("        ").append(i == 0 ? "" : "| ").append("(").append(fields.get(i).javaName()).append(" != null ? ");
      out.append(1 << (15 - i)).append(" : 0)").append(i == fields.size() - 1 ? ");\n" : "\n");
    }
    for (Field f : fields) {
      out.append("    if (").append(f.javaName()).append(" != null) {\n      ").append(f.writeStatement(f.javaName())).append("\n    }\n");
    }
    out.append("  }\n\n  /** Collects properties; not thread-safe. */\n  public static final class Builder {\n");
    for (Field f : fields) {
      out.append("    private @Nullable ").append(f.boxedType()).append(' ').append(f.javaName()).append(";\n");
    }
    out.append("\n    private Builder() {}\n\n");
    for (Field f : fields) {
      out.append("    /** Sets {@code ").append(f.name()).append("}; null leaves it out. */\n    public Builder ").append(f.javaName());
      out.append("(@Nullable ").append(f.boxedType()).append(" value) {\n      this.").append(f.javaName()).append(" = value;\n      return this;\n    }\n\n");
    }
    List<String> names = fields.stream().map(Field::javaName).toList();
    out.append("    /** The properties set so far. */\n    public BasicProperties build() {\n      return new BasicProperties(\n          ");
    return out.append(String.join(",\n          ", names)).append(");\n    }\n  }\n}\n").toString();
  }

  // ---- small tools ----

  private static String upperCamel(String dashed) {
    StringBuilder out = new StringBuilder();
    for (String part : dashed.split("-")) {
      out.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
    }
    return out.toString();
  }

  private static String lowerCamel(String dashed) {
    String name = upperCamel(dashed);
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private static String constantName(String dashed) {
    return dashed.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static List<?> list(Object object, String key) {
    Object value = ((Map<?, ?>) object).get(key);
    return value == null ? List.of() : (List<?>) value;
  }

  private static String string(Object object, String key) {
    return (String) ((Map<?, ?>) object).get(key);
  }

  private static int number(Object object, String key) {
    return (Integer) ((Map<?, ?>) object).get(key);
  }

  private static boolean flag(Object object, String key) {
    return Boolean.TRUE.equals(((Map<?, ?>) object).get(key));
  }

  /** The part of JSON that the description uses: objects, arrays, plain strings, integers, booleans. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object document() {
      Object value = value();
      if (next() != 0) {
        throw error("something after the document");
      }
      return value;
    }

    private Object value() {
      char c = next();
      return switch (c) {
        case '{' -> object();
        case '[' -> array();
        case '"' -> string();
        case 't' -> word("true", true);
        case 'f' -> word("false", false);
        default -> integer();
      };
    }

    private Map<String, Object> object() {
      Map<String, Object> out = new LinkedHashMap<>();
      expect('{');
      while (next() != '}') {
        if (!out.isEmpty()) {
          expect(',');
        }
        next();
        String key = string();
        expect(':');
        if (out.put(key, value()) != null) {
          throw error("the key " + key + " twice");
        }
      }
      expect('}');
      return out;
    }

    private List<Object> array() {
      List<Object> out = new ArrayList<>();
      expect('[');
      while (next() != ']') {
        if (!out.isEmpty()) {
          expect(',');
        }
        out.add(value());
      }
      expect(']');
      return out;
    }

    private String string() {
      expect('"');
      int end = text.indexOf('"', at);
      String out = text.substring(at, end);
      if (out.indexOf('\\') >= 0) {
        throw error("an escape in a string, which this reader does not know");
      }
      at = end + 1;
      return out;
    }

    private Integer integer() {
      int start = at;
      while (at < text.length() && Character.isDigit(text.charAt(at))) {
        at++;
      }
      if (start == at) {
        throw error("neither a value nor a number");
      }
      return Integer.valueOf(text.substring(start, at));
    }

    private Object word(String word, Object value) {
      if (!text.startsWith(word, at)) {
        throw error("expected " + word);
      }
      at += word.length();
      return value;
    }

    private void expect(char c) {
      if (next() != c) {
        throw error("expected " + c);
      }
      at++;
    }

    private char next() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private IllegalArgumentException error(String what) {
      return new IllegalArgumentException("offset " + at + ": " + what);
    }
  }
}
