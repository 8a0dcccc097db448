package dev.lockstep.host.code;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.Targets;
import dev.lockstep.host.llvm.TestLlvm;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;

class NativeCodeTest {
    private static NativeCode compile(String ir, Target target) {
        return NativeCode.load(TestLlvm.codeGenerator().compile(ir, target));
    }

    private static MethodHandle function(NativeCode code, String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(code.symbol(name), descriptor);
    }

    @Test
    void shouldCallAVectorAdditionOverFloats() throws Throwable {
        String ir = """
                define void @add(ptr noalias %r, ptr %a, ptr %b, i64 %n) {
                entry:
                  br label %loop
                loop:
                  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
                  %pa = getelementptr float, ptr %a, i64 %i
                  %pb = getelementptr float, ptr %b, i64 %i
                  %pr = getelementptr float, ptr %r, i64 %i
                  %x = load float, ptr %pa
                  %y = load float, ptr %pb
                  %s = fadd float %x, %y
                  store float %s, ptr %pr
                  %next = add i64 %i, 1
                  %more = icmp ult i64 %next, %n
                  br i1 %more, label %loop, label %done
                done:
                  ret void
                }
                """;
        try (NativeCode code = compile(ir, Target.host());
                Arena arena = Arena.ofConfined()) {
            MethodHandle add = function(code, "add", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
            MemorySegment a = arena.allocate(JAVA_FLOAT, 1001);
            MemorySegment b = arena.allocate(JAVA_FLOAT, 1001);
            MemorySegment r = arena.allocate(JAVA_FLOAT, 1001);
            for (int i = 0; i < 1001; i++) {
                a.setAtIndex(JAVA_FLOAT, i, i);
                b.setAtIndex(JAVA_FLOAT, i, 0.5f * i);
            }
            add.invokeExact(r, a, b, 1001L);
            for (int i = 0; i < 1001; i++) {
                assertThat(r.getAtIndex(JAVA_FLOAT, i)).isEqualTo(1.5f * i);
            }
        }
    }

    @Test
    void shouldReadConstantsAndCallTheMathematicsLibrary() throws Throwable {
        String ir = """
                @table = private constant [4 x double] [double 1.5, double 2.5, double 3.5, double 4.5]
                define double @pick(i64 %i, float %x) {
                  %p = getelementptr [4 x double], ptr @table, i64 0, i64 %i
                  %c = load double, ptr %p
                  %f = call float @llvm.fma.f32(float %x, float %x, float 1.25)
                  %w = fpext float %f to double
                  %r = fadd double %c, %w
                  ret double %r
                }
                declare float @llvm.fma.f32(float, float, float)
                """;
        assertThat(TestLlvm.codeGenerator().assembly(ir, Targets.X86_64)).contains("fmaf");
        try (NativeCode code = compile(ir, Targets.X86_64)) {
            MethodHandle pick = function(code, "pick", FunctionDescriptor.of(JAVA_DOUBLE, JAVA_LONG, JAVA_FLOAT));
            assertThat((double) pick.invokeExact(2L, 3f)).isEqualTo(3.5 + 10.25);
        }
    }
}
