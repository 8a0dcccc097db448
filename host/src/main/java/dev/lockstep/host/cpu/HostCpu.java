package dev.lockstep.host.cpu;

import dev.lockstep.host.memory.Libc;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Chooses the target for this machine from what it has and what {@code LOCKSTEP_CPU} leaves of it. */
final class HostCpu {
    /** The system property, which wins, and the environment variable. */
    static final String OVERRIDE = "LOCKSTEP_CPU";

    private HostCpu() {}

    static Target target() {
        Architecture architecture = Architecture.host()
                .orElseThrow(() -> new CpuException("No native code for " + System.getProperty("os.name") + " on "
                        + System.getProperty("os.arch") + ": supported is Linux on x86-64 and aarch64."));
        Set<CpuFeature> features = permitted(CpuInfo.read(architecture));
        return request()
                .map(request -> restrict(architecture, features, request))
                .orElseGet(() -> of(architecture, features));
    }

    /** The system gives tile registers to those who ask, as they make each thread's state much larger. */
    private static Set<CpuFeature> permitted(Set<CpuFeature> features) {
        if (!features.contains(CpuFeature.AMX_TILE) || new Libc().permitTiles()) {
            return features;
        }
        EnumSet<CpuFeature> others = EnumSet.copyOf(features);
        others.remove(CpuFeature.AMX_TILE);
        return CpuFeature.supported(others);
    }

    private static Optional<String> request() {
        return Optional.ofNullable(System.getProperty(OVERRIDE))
                .or(() -> Optional.ofNullable(System.getenv(OVERRIDE)))
                .map(String::strip)
                .filter(request -> !request.isEmpty());
    }

    /** The level of the widest vectors: it decides how LLVM tunes code and splits vectors; what it may use is told feature by feature. */
    static Target of(Architecture architecture, Set<CpuFeature> features) {
        String cpu = switch (architecture) {
            case X86_64 -> x86Level(features).cpu();
            case AARCH64 -> architecture.baselineCpu();
        };
        return new Target(architecture, cpu, features);
    }

    private static Target x86Level(Set<CpuFeature> features) {
        if (features.contains(CpuFeature.AVX512F)) {
            return Targets.X86_64_V4;
        }
        if (features.contains(CpuFeature.AVX2)) {
            return Targets.X86_64_V3;
        }
        return features.contains(CpuFeature.SSE4_2) ? Targets.X86_64_V2 : Targets.X86_64;
    }

    /**
     * What the request leaves of the machine's features: {@code NAME,-feature,-feature…} with a name of
     * {@link Targets#byName} or {@code native}. Incidental features may be missing.
     */
    static Target restrict(Architecture architecture, Set<CpuFeature> machine, String request) {
        String[] words = request.split(",", -1);
        String name = words[0].strip();
        EnumSet<CpuFeature> features = EnumSet.noneOf(CpuFeature.class);
        features.addAll(name.equals("native") ? machine : named(architecture, name));
        EnumSet<CpuFeature> missing = EnumSet.copyOf(features);
        missing.removeAll(machine);
        missing.removeIf(CpuFeature::incidental);
        if (!missing.isEmpty()) {
            throw new CpuException(OVERRIDE + "=" + request + " asks for " + CpuFeature.names(missing)
                    + ", which this machine does not have; it has: " + CpuFeature.names(machine));
        }
        features.retainAll(machine);
        for (int i = 1; i < words.length; i++) {
            features.remove(removed(architecture, request, words[i].strip()));
        }
        return of(architecture, CpuFeature.supported(features));
    }

    private static Set<CpuFeature> named(Architecture architecture, String name) {
        if (name.equals("baseline")) {
            return architecture == Architecture.X86_64 ? Targets.X86_64.features() : Targets.AARCH64.features();
        }
        Target target = Targets.byName().get(name);
        if (target == null || target.architecture() != architecture) {
            List<String> known = Targets.byName().entrySet().stream()
                    .filter(entry -> entry.getValue().architecture() == architecture)
                    .map(entry -> entry.getKey())
                    .toList();
            throw new CpuException(OVERRIDE + " starts with '" + name + "', which is no processor of this architecture;"
                    + " write native, baseline or one of " + String.join(" ", known));
        }
        return target.features();
    }

    private static CpuFeature removed(Architecture architecture, String request, String word) {
        if (!word.startsWith("-")) {
            throw new CpuException(OVERRIDE + "=" + request + ": '" + word
                    + "' must start with '-': features can be removed, never added");
        }
        return CpuFeature.named(word.substring(1))
                .filter(feature -> feature.architecture() == architecture)
                .orElseThrow(() -> new CpuException(OVERRIDE + "=" + request + ": unknown feature '" + word.substring(1)
                        + "'; known are " + CpuFeature.names(CpuFeature.of(architecture)) + "."));
    }
}
