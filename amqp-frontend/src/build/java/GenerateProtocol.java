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
 * basic properties. What does not depend on the description stands in templates.
 *
 * <p>Run by the JDK's source launcher in generate-sources: {@code java GenerateProtocol.java
 * DESCRIPTION TEMPLATES OUTPUT}; it needs nothing but the JDK, hence one file and its own small
 * JSON reader. A file whose text has not changed is left alone, so that nothing is compiled again.
 */
public final class GenerateProtocol {
  private static final String PACKAGE = "io.quorate.amqp.protocol";
  private static final String HEADER =
      "// Generated from amqp0-9-1.json by GenerateProtocol.java.\n";

  private final Path templates;
  private final Path root;
  private final Map<?, ?> description;
  private final List<MethodSpec> methods = new ArrayList<>();

  private GenerateProtocol(Map<?, ?> description, Path templates, Path root) {
    this.description = description;
    this.templates = templates;
    this.root = root;
    for (Object c : list(description, "classes")) {
      for (Object m : list(c, "methods")) {
        methods.add(MethodSpec.of(c, m));
      }
    }
  }

  public static void main(String[] args) throws IOException {
    Object json = new Json(Files.readString(Path.of(args[0]))).document();
    GenerateProtocol generator =
        new GenerateProtocol((Map<?, ?>) json, Path.of(args[1]), Path.of(args[2]));
    generator.run();
  }

  private void run() throws IOException {
    emit("method", "package-info", filled("package-info.java"));
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

    String readCallOfMethod() {
      return type.equals("shortstr") ? "utf8ShortString()" : readCall();
    }

    String writeStatement(String value) {
      return switch (type) {
        case "octet" -> "FieldWriter.octet(out, " + value + ");";
        case "short" -> "FieldWriter.shortUint(out, " + value + ");";
        case "long" -> "FieldWriter.longUint(out, " + value + ");";
        case "longlong", "timestamp" -> "out.putLong(" + value + ");";
        case "shortstr" -> "FieldWriter.shortString(out, " + value + ");";
        case "longstr" ->
            "FieldWriter." + (binary ? "longBytes" : "longString") + "(out, " + value + ");";
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
      String className,
      int classId,
      String name,
      int id,
      boolean content,
      boolean synchronous,
      List<?> from,
      List<?> replies,
      List<Field> fields) {
    static MethodSpec of(Object c, Object m) {
      List<Field> fields = list(m, "fields").stream().map(Field::of).toList();
      return new MethodSpec(
          string(c, "name"),
          number(c, "id"),
          string(m, "name"),
          number(m, "id"),
          flag(m, "content"),
          flag(m, "synchronous"),
          list(m, "from"),
          list(m, "replies"),
          fields);
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

  /** A template with its markers, as {@code @CASES@}, replaced; markers and texts alternate. */
  private String filled(String template, String... replacements) throws IOException {
    String text = Files.readString(templates.resolve(template));
    for (int i = 0; i < replacements.length; i += 2) {
      if (!text.contains(replacements[i])) {
        throw new IllegalStateException(template + " has no " + replacements[i]);
      }
      text = text.replace(replacements[i], replacements[i + 1]);
    }
    return text;
  }

  private String methodRecord(MethodSpec m) {
    StringBuilder out = new StringBuilder();
    boolean table = m.components().stream().anyMatch(f -> f.type().equals("table"));
    boolean writesHelpers =
        m.fields().stream().anyMatch(f -> !f.type().equals("bit") && !f.type().equals("longlong"));
    out.append("package ").append(PACKAGE).append(".method;\n\n");
    if (writesHelpers) {
      out.append("import io.quorate.amqp.protocol.FieldWriter;\n");
    }
    out.append(
        "import io.quorate.amqp.protocol.Method;\nimport io.quorate.amqp.protocol.MethodType;\n");
    out.append(
        "import io.quorate.amqp.protocol.WireReader;\n"
            + "import io.quorate.amqp.protocol.WireWriter;\n");
    if (table) {
      out.append("import java.util.Map;\nimport org.jspecify.annotations.Nullable;\n");
    }
    out.append("\n/**\n * The method {@code ").append(m.protocolName()).append("}, class ");
    out.append(m.classId()).append(", method ").append(m.id()).append(".\n");
    for (Field f : m.components()) {
      out.append(f == m.components().get(0) ? " *\n" : "");
      out.append(" * @param ")
          .append(f.javaName())
          .append(" {@code ")
          .append(f.name())
          .append("}, ");
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
          out.append("    int bits")
              .append(octets)
              .append(" = in.at(\"")
              .append(f.name())
              .append("\").octet();\n");
        }
        if (!f.reserved()) {
          out.append("    boolean ")
              .append(f.javaName())
              .append(" = (bits")
              .append(octets)
              .append(" & ");
          out.append(1 << bit % 8).append(") != 0;\n");
        }
        bit++;
        continue;
      }
      bit = 0;
      out.append("    ").append(f.reserved() ? "" : f.javaType() + " " + f.javaName() + " = ");
      out.append("in.at(\"").append(f.name()).append("\").").append(f.readCallOfMethod()).append(";\n");
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

  private String methodTypes() throws IOException {
    List<String> constants = new ArrayList<>();
    for (MethodSpec m : methods) {
      StringBuilder out = new StringBuilder("  /** {@code " + m.protocolName() + "}. */\n  ");
      out.append(m.constant()).append('(').append(m.classId()).append(", ").append(m.id());
      out.append(", \"").append(m.protocolName()).append("\", ").append(m.content()).append(", ");
      out.append(m.synchronous()).append(", ").append(m.from().contains("client")).append(", ");
      out.append(m.from().contains("server"));
      for (Object reply : m.replies()) {
        out.append(", \"").append(m.className()).append('.').append(reply).append('"');
      }
      constants.add(out.append(')').toString());
    }
    return filled("MethodType.java", "@CONSTANTS@", String.join(",\n", constants) + ";\n");
  }

  private String methodCodec() throws IOException {
    StringBuilder imports = new StringBuilder();
    StringBuilder cases = new StringBuilder();
    for (MethodSpec m : methods) {
      imports
          .append("import ")
          .append(PACKAGE)
          .append(".method.")
          .append(m.javaName())
          .append(";\n");
      cases
          .append("      case ")
          .append(m.classId())
          .append(" << 16 | ")
          .append(m.id())
          .append(" -> ");
      cases.append(m.javaName()).append(".read(in);\n");
    }
    return filled("MethodCodec.java", "@IMPORTS@", imports.toString(), "@CASES@", cases.toString());
  }

  private String replyCodes() throws IOException {
    List<String> constants = new ArrayList<>();
    for (Object c : list(description, "reply-codes")) {
      String doc = "  /** " + number(c, "code") + ": " + string(c, "doc") + ". */\n  ";
      String severity = string(c, "severity").toUpperCase(Locale.ROOT);
      constants.add(
          doc
              + constantName(string(c, "name"))
              + '('
              + number(c, "code")
              + ", Severity."
              + severity
              + ')');
    }
    return filled("ReplyCode.java", "@CONSTANTS@", String.join(",\n", constants) + ";\n");
  }

  private String constants() throws IOException {
    StringBuilder out = new StringBuilder();
    for (String part : List.of("major", "minor", "revision", "port")) {
      constant(out, "The protocol's " + part, part, number(description.get("protocol"), part));
    }
    for (Object c : list(description, "constants")) {
      constant(out, string(c, "doc"), string(c, "name"), number(c, "value"));
    }
    for (Object c : list(description, "classes")) {
      String name = string(c, "name");
      constant(out, "The id of the class {@code " + name + "}", "class-" + name, number(c, "id"));
    }
    return filled("ProtocolConstants.java", "@CONSTANTS@", out.toString());
  }

  private static void constant(StringBuilder out, String doc, String name, int value) {
    out.append("  /** ").append(doc).append(". */\n  public static final int ");
    out.append(constantName(name)).append(" = ").append(value).append(";\n\n");
  }

  private String basicProperties() throws IOException {
    Object basic = null;
    for (Object c : list(description, "classes")) {
      basic = string(c, "name").equals("basic") ? c : basic;
    }
    List<String> components = new ArrayList<>();
    List<String> flags = new ArrayList<>();
    List<String> names = new ArrayList<>();
    StringBuilder reads = new StringBuilder();
    StringBuilder writes = new StringBuilder();
    StringBuilder builderFields = new StringBuilder();
    StringBuilder setters = new StringBuilder();
    int allFlags = 0;
    // The flags start at the highest bit (specification 4.2.6.1).
    int flag = 1 << 15;
    for (Object property : list(basic, "properties")) {
      Field f = Field.of(property);
      String name = f.javaName();
      String nullable = "@Nullable " + f.boxedType() + " ";
      components.add("    " + nullable + name);
      flags.add("(" + name + " != null ? " + flag + " : 0)");
      names.add("          " + name);
      String read = " = in.at(\"" + f.name() + "\")." + f.readCall() + ";\n";
      reads.append(
          "    if ((flags & " + flag + ") != 0) {\n      properties." + name + read + "    }\n");
      writes.append(
          "    if (" + name + " != null) {\n      " + f.writeStatement(name) + "\n    }\n");
      builderFields.append("    private " + nullable + name + ";\n");
      setters.append("    /** Sets {@code " + f.name() + "}; null leaves it out. */\n");
      setters.append("    public Builder " + name + "(" + nullable + "value) {\n");
      setters.append("      this." + name + " = value;\n      return this;\n    }\n\n");
      allFlags |= flag;
      flag >>= 1;
    }
    return filled(
        "BasicProperties.java",
        "@COMPONENTS@",
        String.join(",\n", components),
        "@ALL_FLAGS@",
        String.valueOf(allFlags),
        "@READS@",
        reads.toString(),
        "@FLAGS@",
        "        " + String.join("\n            | ", flags) + ");\n",
        "@WRITES@",
        writes.toString(),
        "@BUILDER_FIELDS@",
        builderFields.toString(),
        "@SETTERS@",
        setters.toString(),
        "@NAMES@",
        String.join(",\n", names));
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

  /**
   * The part of JSON that the description uses: objects, arrays, plain strings, integers, booleans.
   */
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
