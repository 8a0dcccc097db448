package dev.lockstep.host.cpu;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An instruction-set extension that the generated code may use. The list holds what kernels ask for, nothing else: a
 * feature outside it is never switched on, so that two machines with equal sets get equal code.
 *
 * <p>Every feature is declared after those that it needs.
 */
public enum CpuFeature {
    SSE3(Architecture.X86_64, "sse3", "pni"),
    SSSE3(Architecture.X86_64, "ssse3", "ssse3", SSE3),
    SSE4_1(Architecture.X86_64, "sse4.1", "sse4_1", SSSE3),
    SSE4_2(Architecture.X86_64, "sse4.2", "sse4_2", SSE4_1),
    POPCNT(Architecture.X86_64, "popcnt", "popcnt"),
    LZCNT(Architecture.X86_64, "lzcnt", "abm"),
    BMI(Architecture.X86_64, "bmi", "bmi1"),
    BMI2(Architecture.X86_64, "bmi2", "bmi2"),
    MOVBE(Architecture.X86_64, "movbe", "movbe"),
    PRFCHW(Architecture.X86_64, "prfchw", "3dnowprefetch"),
    AVX(Architecture.X86_64, "avx", "avx", SSE4_2),
    F16C(Architecture.X86_64, "f16c", "f16c", AVX),
    FMA(Architecture.X86_64, "fma", "fma", AVX),
    AVX2(Architecture.X86_64, "avx2", "avx2", AVX),
    AVX_VNNI(Architecture.X86_64, "avxvnni", "avx_vnni", AVX2),
    /** LLVM's avx512f switches on F16C and FMA, so it needs them here too. */
    AVX512F(Architecture.X86_64, "avx512f", "avx512f", AVX2, F16C, FMA),
    AVX512CD(Architecture.X86_64, "avx512cd", "avx512cd", AVX512F),
    AVX512BW(Architecture.X86_64, "avx512bw", "avx512bw", AVX512F),
    AVX512DQ(Architecture.X86_64, "avx512dq", "avx512dq", AVX512F),
    AVX512VL(Architecture.X86_64, "avx512vl", "avx512vl", AVX512F),
    AVX512_VNNI(Architecture.X86_64, "avx512vnni", "avx512_vnni", AVX512F),
    AVX512_VBMI(Architecture.X86_64, "avx512vbmi", "avx512vbmi", AVX512BW),
    AVX512_BF16(Architecture.X86_64, "avx512bf16", "avx512_bf16", AVX512BW),
    AMX_TILE(Architecture.X86_64, "amx-tile", "amx_tile"),
    AMX_INT8(Architecture.X86_64, "amx-int8", "amx_int8", AMX_TILE),

    NEON(Architecture.AARCH64, "neon", "asimd"),
    FP16(Architecture.AARCH64, "fullfp16", "asimdhp", NEON),
    DOTPROD(Architecture.AARCH64, "dotprod", "asimddp", NEON),
    I8MM(Architecture.AARCH64, "i8mm", "i8mm", NEON);

    private static final Set<CpuFeature> INCIDENTAL = EnumSet.of(POPCNT, LZCNT, BMI, BMI2, MOVBE, PRFCHW);

    private final Architecture architecture;
    private final String llvmName;
    private final String linuxName;
    private final Set<CpuFeature> needs;

    CpuFeature(Architecture architecture, String llvmName, String linuxName, CpuFeature... needs) {
        this.architecture = architecture;
        this.llvmName = llvmName;
        this.linuxName = linuxName;
        this.needs = Set.of(needs);
    }

    public Architecture architecture() {
        return architecture;
    }

    /** The name in LLVM's feature strings, which is also the one that people write in {@code LOCKSTEP_CPU}. */
    public String llvmName() {
        return llvmName;
    }

    /** The word in the flags of {@code /proc/cpuinfo}. */
    String linuxName() {
        return linuxName;
    }

    /**
     * Whether compilers use it where it is there, but no kernel counts on it. Hypervisors hide some of these from their guests, whatever level
     * of the psABI the processor has otherwise.
     */
    boolean incidental() {
        return INCIDENTAL.contains(this);
    }

    static Set<CpuFeature> of(Architecture architecture) {
        return Arrays.stream(values())
                .filter(feature -> feature.architecture == architecture)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(CpuFeature.class)));
    }

    static Optional<CpuFeature> named(String llvmName) {
        return Arrays.stream(values())
                .filter(feature -> feature.llvmName.equals(llvmName))
                .findFirst();
    }

    /** The features with everything that they need. */
    static Set<CpuFeature> closure(Set<CpuFeature> features) {
        EnumSet<CpuFeature> closed = EnumSet.noneOf(CpuFeature.class);
        features.forEach(feature -> feature.addTo(closed));
        return closed;
    }

    /** Those of the features whose needs are all among them: what stays when something below was taken away. */
    static Set<CpuFeature> supported(Set<CpuFeature> features) {
        EnumSet<CpuFeature> supported = EnumSet.noneOf(CpuFeature.class);
        for (CpuFeature feature : values()) {
            if (features.contains(feature) && supported.containsAll(feature.needs)) {
                supported.add(feature);
            }
        }
        return supported;
    }

    static String names(Set<CpuFeature> features) {
        return features.stream().sorted().map(CpuFeature::llvmName).collect(Collectors.joining(" "));
    }

    private void addTo(Set<CpuFeature> closed) {
        closed.add(this);
        needs.forEach(need -> need.addTo(closed));
    }
}
