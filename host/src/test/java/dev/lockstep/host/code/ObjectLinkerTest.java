package dev.lockstep.host.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.host.cpu.Architecture;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.Targets;
import dev.lockstep.host.llvm.TestLlvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectLinkerTest {
    private static final MemorySegment FAR_AWAY = MemorySegment.ofAddress(0x7123_4567_89a0L);

    /** A call to outside, a global in the table of addresses, a constant, zeros. */
    private static final String IR = """
            @counter = global i64 0
            @table = private constant [3 x ptr] [ptr @f, ptr @outside, ptr @counter]
            declare i64 @outside(i64)
            define i64 @f(i64 %i) {
              %p = getelementptr [3 x ptr], ptr @table, i64 0, i64 %i
              %a = load ptr, ptr %p
              %b = ptrtoint ptr %a to i64
              store i64 %b, ptr @counter
              %r = call i64 @outside(i64 %b)
              %s = add i64 %r, 1
              ret i64 %s
            }
            """;

    private static ElfObject object(Target target) {
        return ElfReader.read(TestLlvm.codeGenerator().compile(IR, target));
    }

    @Test
    void shouldLinkCallsToFarAwayFunctionsThroughStubs() {
        for (Target target : new Target[] {Targets.X86_64_V3, Targets.AARCH64}) {
            ObjectLinker linker = new ObjectLinker(object(target), name -> Optional.of(FAR_AWAY));
            CodeLayout layout = linker.layout();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment image = arena.allocate(layout.writeEnd(), CodeLayout.PAGE_BYTES);
                linker.link(image);
                long stub = stub(image, layout, target.architecture());
                assertThat(image.get(RelocationType.LONG_WORD, stub + 8)).isEqualTo(FAR_AWAY.address());
                assertThat(calls(image, linker.exports().get("f"), stub, target.architecture()))
                        .isTrue();
            }
        }
    }

    private static long stub(MemorySegment image, CodeLayout layout, Architecture architecture) {
        long code = switch (architecture) {
            case X86_64 -> 0xcccc_0000_0002_25ffL;
            case AARCH64 -> 0xd61f_0200_5800_0050L;
        };
        for (long at = 0; at < layout.executeEnd(); at += 16) {
            if (image.get(RelocationType.LONG_WORD, at) == code) {
                return at;
            }
        }
        throw new AssertionError("no stub");
    }

    /** Whether some word of the function is a call that ends at the stub. */
    private static boolean calls(
            MemorySegment image, ObjectLinker.Extent function, long stub, Architecture architecture) {
        for (long at = function.offset(); at + 4 <= function.offset() + function.size(); at++) {
            int word = image.get(RelocationType.WORD, at);
            boolean found = switch (architecture) {
                case X86_64 -> at + 4 + word == stub;
                case AARCH64 -> at % 4 == 0 && word >>> 26 == 0x25 && at + ((word << 6) >> 4) == stub;
            };
            if (found) {
                return true;
            }
        }
        return false;
    }

    @Test
    void shouldRefuseFunctionsThatAreNowhere() {
        ObjectLinker linker = new ObjectLinker(object(Targets.X86_64_V3), name -> Optional.empty());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment image = arena.allocate(linker.layout().writeEnd(), CodeLayout.PAGE_BYTES);
            assertThatThrownBy(() -> linker.link(image))
                    .isInstanceOf(CodeException.class)
                    .hasMessage("The object file needs 'outside', which this process does not have.");
        }
    }

    @Test
    void shouldKeepRightsApartByWholePages() {
        CodeLayout layout = new ObjectLinker(object(Targets.X86_64_V3), name -> Optional.of(FAR_AWAY)).layout();
        assertThat(layout.executeEnd()).isPositive().isLessThan(layout.readEnd());
        assertThat(layout.readEnd()).isLessThan(layout.writeEnd());
        assertThat(layout.executeEnd() % CodeLayout.PAGE_BYTES).isZero();
        assertThat(layout.readEnd() % CodeLayout.PAGE_BYTES).isZero();
    }
}
