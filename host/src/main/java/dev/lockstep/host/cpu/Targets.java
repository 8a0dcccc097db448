package dev.lockstep.host.cpu;

import static dev.lockstep.host.cpu.CpuFeature.*;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Processors by name: the levels of the x86-64 psABI (section 3.1.1 of its "Low Level System Information") and some
 * machines whose code can be emitted and inspected everywhere.
 */
public final class Targets {
    public static final Target X86_64 = x86("x86-64", Set.of());
    public static final Target X86_64_V2 = x86("x86-64-v2", Set.of(SSE4_2, POPCNT));
    public static final Target X86_64_V3 = x86("x86-64-v3", plus(X86_64_V2, AVX2, FMA, F16C, BMI, BMI2, LZCNT, MOVBE));
    public static final Target X86_64_V4 =
            x86("x86-64-v4", plus(X86_64_V3, AVX512F, AVX512CD, AVX512BW, AVX512DQ, AVX512VL));
    public static final Target ICELAKE_SERVER = x86("icelake-server", plus(X86_64_V4, AVX512_VNNI, AVX512_VBMI));
    public static final Target ALDERLAKE = x86("alderlake", plus(X86_64_V3, AVX_VNNI));
    public static final Target ZEN4 = x86("znver4", plus(ICELAKE_SERVER, AVX512_BF16));
    public static final Target SAPPHIRE_RAPIDS =
            x86("sapphirerapids", plus(ICELAKE_SERVER, PRFCHW, AVX_VNNI, AVX512_BF16, AMX_INT8));
    public static final Target AARCH64 = aarch64(Set.of(NEON));
    public static final Target AARCH64_DOTPROD = aarch64(Set.of(DOTPROD));
    public static final Target AARCH64_I8MM = aarch64(Set.of(DOTPROD, I8MM));

    private Targets() {}

    /** All of them by the name that {@code LOCKSTEP_CPU} and messages use. */
    public static SequencedMap<String, Target> byName() {
        SequencedMap<String, Target> targets = new LinkedHashMap<>();
        for (Target target :
                new Target[] {X86_64, X86_64_V2, X86_64_V3, X86_64_V4, ICELAKE_SERVER, ALDERLAKE, ZEN4, SAPPHIRE_RAPIDS
                }) {
            targets.put(target.cpu(), target);
        }
        targets.put("armv8-a", AARCH64);
        targets.put("armv8-a+dotprod", AARCH64_DOTPROD);
        targets.put("armv8-a+i8mm", AARCH64_I8MM);
        return targets;
    }

    private static Target x86(String cpu, Set<CpuFeature> features) {
        return new Target(Architecture.X86_64, cpu, CpuFeature.closure(features));
    }

    private static Target aarch64(Set<CpuFeature> features) {
        return new Target(Architecture.AARCH64, Architecture.AARCH64.baselineCpu(), CpuFeature.closure(features));
    }

    private static Set<CpuFeature> plus(Target base, CpuFeature... more) {
        EnumSet<CpuFeature> features = EnumSet.copyOf(base.features());
        features.addAll(Set.of(more));
        return features;
    }
}
