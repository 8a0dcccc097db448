package dev.lockstep.formats;

import java.util.Arrays;
import java.util.Optional;

/**
 * What the key {@code general.file_type} says about most weights of a GGUF file; S, M and L are mixtures of a small, a medium and a large size. Source:
 * {@code enum llama_ftype} of llama.cpp.
 */
public enum FileType {
    F32(0),
    F16(1),
    Q4_0(2),
    Q4_1(3),
    Q8_0(7),
    Q5_0(8),
    Q5_1(9),
    Q2_K(10),
    Q3_K_S(11),
    Q3_K_M(12),
    Q3_K_L(13),
    Q4_K_S(14),
    Q4_K_M(15),
    Q5_K_S(16),
    Q5_K_M(17),
    Q6_K(18),
    IQ4_NL(25),
    IQ4_XS(30),
    BF16(32);

    /** The key of the number. */
    public static final String KEY = "general.file_type";

    private final int number;

    FileType(int number) {
        this.number = number;
    }

    /** What stands in files. */
    public int number() {
        return number;
    }

    /** The type of that number, if it is a known one. */
    public static Optional<FileType> ofNumber(long number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }
}
