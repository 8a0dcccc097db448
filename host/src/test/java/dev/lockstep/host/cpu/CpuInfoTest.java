package dev.lockstep.host.cpu;

import static dev.lockstep.host.cpu.CpuFeature.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CpuInfoTest {
    @Test
    void shouldReadTheFlagsOfLinux() {
        List<String> lines = List.of(
                "processor\t: 0",
                "model name\t: some: processor",
                "flags\t\t: fpu sse sse2 pni ssse3 fma sse4_1 sse4_2 popcnt avx f16c abm bmi1 avx2 bmi2 avx_vnni",
                "bugs\t\t: spectre_v1");
        assertThat(CpuInfo.parse(Architecture.X86_64, lines))
                .containsExactlyInAnyOrder(
                        SSE3, SSSE3, SSE4_1, SSE4_2, POPCNT, LZCNT, BMI, BMI2, AVX, F16C, FMA, AVX2, AVX_VNNI);
    }

    @Test
    void shouldKeepOnlyWhatAllCoresHave() {
        List<String> lines =
                List.of("Features\t: fp asimd asimdhp asimddp i8mm", "", "Features\t: fp asimd asimdhp asimddp");
        assertThat(CpuInfo.parse(Architecture.AARCH64, lines)).containsExactlyInAnyOrder(NEON, FP16, DOTPROD);
    }

    @Test
    void shouldDropFeaturesWhoseNeedsAreHidden() {
        assertThat(CpuInfo.parse(Architecture.X86_64, List.of("flags : pni ssse3 sse4_1 avx2 avx512f fma")))
                .containsExactlyInAnyOrder(SSE3, SSSE3, SSE4_1);
    }

    @Test
    void shouldFallBackToTheBaseInstructionSet() {
        assertThat(CpuInfo.parse(Architecture.X86_64, List.of("flags:", "flags", "")))
                .isEmpty();
        assertThat(CpuInfo.parse(Architecture.AARCH64, List.of())).containsExactly(NEON);
    }
}
