package dev.lockstep.host.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostCpuTest {
    private static final Set<CpuFeature> ZEN4 = Targets.ZEN4.features();

    private static Target restrict(Set<CpuFeature> machine, String request) {
        return HostCpu.restrict(Architecture.X86_64, machine, request);
    }

    private static Set<CpuFeature> without(Set<CpuFeature> features, CpuFeature absent) {
        EnumSet<CpuFeature> others = EnumSet.copyOf(features);
        others.remove(absent);
        return others;
    }

    @Test
    void shouldNameTheLevelOfTheWidestVectors() {
        assertThat(HostCpu.of(Architecture.X86_64, ZEN4)).isEqualTo(new Target(Architecture.X86_64, "x86-64-v4", ZEN4));
        assertThat(HostCpu.of(Architecture.X86_64, without(ZEN4, CpuFeature.AVX512CD))
                        .cpu())
                .isEqualTo("x86-64-v4");
        assertThat(HostCpu.of(Architecture.X86_64, Targets.ALDERLAKE.features()).cpu())
                .isEqualTo("x86-64-v3");
        assertThat(HostCpu.of(Architecture.X86_64, Targets.X86_64_V2.features()))
                .isEqualTo(Targets.X86_64_V2);
        assertThat(HostCpu.of(Architecture.X86_64, Set.of())).isEqualTo(Targets.X86_64);
    }

    @Test
    void shouldServeMachinesThatHideWhatNoKernelCountsOn() {
        Set<CpuFeature> guest = without(ZEN4, CpuFeature.LZCNT);
        assertThat(HostCpu.of(Architecture.X86_64, guest))
                .isEqualTo(new Target(Architecture.X86_64, "x86-64-v4", guest));
        assertThat(restrict(guest, "x86-64-v3"))
                .isEqualTo(new Target(
                        Architecture.X86_64, "x86-64-v3", without(Targets.X86_64_V3.features(), CpuFeature.LZCNT)));
    }

    @Test
    void shouldRestrictTheMachineToALevel() {
        assertThat(restrict(ZEN4, "x86-64-v3")).isEqualTo(Targets.X86_64_V3);
        assertThat(restrict(ZEN4, "baseline")).isEqualTo(Targets.X86_64);
        assertThat(restrict(ZEN4, "native").features()).isEqualTo(ZEN4);
        assertThat(HostCpu.restrict(Architecture.AARCH64, Targets.AARCH64_I8MM.features(), "baseline"))
                .isEqualTo(Targets.AARCH64);
    }

    @Test
    void shouldTakeAwayFeaturesWithAllThatDependOnThem() {
        Target withoutFma = restrict(ZEN4, "x86-64-v3,-fma");
        assertThat(withoutFma.has(CpuFeature.FMA)).isFalse();
        assertThat(withoutFma.has(CpuFeature.AVX2)).isTrue();
        assertThat(restrict(ZEN4, "native, -avx2").features())
                .contains(CpuFeature.FMA)
                .doesNotContain(CpuFeature.AVX2, CpuFeature.AVX512F, CpuFeature.AVX512_VNNI);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "x86-64-v4         | asks for avx512f",
                "alderlake         | asks for avxvnni, which this machine does not have; it has: sse3",
                "x86-64-v3,+avx512f| can be removed, never added",
                "x86-64-v3,fma     | 'fma' must start with '-'",
                "x86-64-v3,-dotprod| unknown feature 'dotprod'",
                "x86-64-v3,        | '' must start with '-'",
                "armv8-a           | no processor of this architecture; write native, baseline or one of x86-64",
                "pentium           | starts with 'pentium'"
            })
    void shouldRefuseWhatTheMachineCannotBe(String request, String reason) {
        assertThatThrownBy(() -> restrict(Targets.X86_64_V3.features(), request))
                .isInstanceOf(CpuException.class)
                .hasMessageContaining("LOCKSTEP_CPU")
                .hasMessageContaining(reason);
    }

    @Test
    void shouldObeyTheSystemProperty() {
        String before = System.getProperty(HostCpu.OVERRIDE);
        System.setProperty(HostCpu.OVERRIDE, "baseline");
        try {
            assertThat(Target.host().features()).isSubsetOf(CpuFeature.NEON);
        } finally {
            if (before == null) {
                System.clearProperty(HostCpu.OVERRIDE);
            } else {
                System.setProperty(HostCpu.OVERRIDE, before);
            }
        }
    }
}
