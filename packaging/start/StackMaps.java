import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes of a jar that were compiled for Java 5 or earlier the stack maps of later versions. The JVM's cache takes no others, and
 * verifies others slowly: without this, setting up picocli takes as long as everything else in a start.
 */
final class StackMaps {
    private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;
    private static final String CLASS = ".class";

    private final Map<ZipEntry, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, byte[]> classes = new LinkedHashMap<>();

    private StackMaps(Path jar) throws IOException {
        try (var zip = new ZipFile(jar.toFile())) {
            for (var entry : zip.stream().toList()) {
                var content = zip.getInputStream(entry).readAllBytes();
                entries.put(entry, content);
                classes.put(entry.getName(), content);
            }
        }
    }

    /** Changes the jar in its place, unless there is nothing to do. */
    static void addTo(Path jar) throws IOException {
        var content = new StackMaps(jar);
        if (content.classes.entrySet().stream().anyMatch(entry -> isOld(entry.getKey(), entry.getValue()))) {
            Files.write(jar, content.modern());
        }
    }

    private static boolean isOld(String name, byte[] content) {
        return name.endsWith(CLASS) && ClassFile.of().parse(content).majorVersion() < FIRST_WITH_STACK_MAPS;
    }

    private byte[] modern() throws IOException {
        var converter = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ClassHierarchyResolverOption.of(hierarchy()));
        var jar = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(jar)) {
            for (var entry : entries.entrySet()) {
                var name = entry.getKey().getName();
                var same = new ZipEntry(name);
                same.setTimeLocal(entry.getKey().getTimeLocal());
                zip.putNextEntry(same);
                zip.write(isOld(name, entry.getValue()) ? modern(converter, entry.getValue()) : entry.getValue());
            }
        }
        return jar.toByteArray();
    }

    private static byte[] modern(ClassFile converter, byte[] content) {
        // Bodies have to be written anew, even if nothing in them changes: those that are only copied get no stack maps.
        ClassTransform bodies = ClassTransform.transformingMethodBodies((body, element) -> body.with(element));
        return converter.transformClass(
                converter.parse(content),
                bodies.andThen((type, element) -> {
                    if (element instanceof ClassFileVersion) {
                        type.withVersion(FIRST_WITH_STACK_MAPS, 0);
                    } else {
                        type.with(element);
                    }
                }));
    }

    /** Who extends whom: as the jar says, else as this Java says. */
    private ClassHierarchyResolver hierarchy() {
        return ClassHierarchyResolver.ofResourceParsing(type -> {
                    var descriptor = type.descriptorString();
                    var content = classes.get(descriptor.substring(1, descriptor.length() - 1) + CLASS);
                    return content == null ? null : new ByteArrayInputStream(content);
                })
                .orElse(ClassHierarchyResolver.ofClassLoading(ClassLoader.getSystemClassLoader()));
    }
}
