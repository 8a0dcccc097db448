package dev.lockstep.host.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class TargetTest {
    @Test
    void shouldNameEveryFeatureOfTheArchitectureRemovalsFirst() {
        assertThat(Targets.AARCH64_DOTPROD.featureString()).isEqualTo("-fullfp16,-i8mm,+neon,+dotprod");
        assertThat(Targets.X86_64_V2.featureString()).contains("-avx2", "+sse4.1,+sse4.2,+popcnt");
        assertThat(Targets.X86_64.featureString()).doesNotContain("+").startsWith("-sse3,-ssse3");
    }

    @Test
    void shouldRefuseFeaturesThatDoNotFitTogether() {
        assertThatThrownBy(() -> new Target(Architecture.X86_64, "x86-64", Set.of(CpuFeature.AVX2)))
                .hasMessageContaining("lack some that they need");
        assertThatThrownBy(() -> new Target(Architecture.X86_64, "x86-64", Set.of(CpuFeature.NEON)))
                .hasMessageContaining("NEON is not a feature of X86_64");
    }
}
