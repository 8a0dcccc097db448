package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphPrinter;
import dev.lockstep.graph.KvType;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;

/**
 * What a model's answers depend on, as SHA-256 in hexadecimal. The same fingerprint, prompt and parameters give the same answer.
 *
 * @param weights of names, types, shapes and bytes of all tensors
 * @param program of the lowered graph, the type of the KV cache, the spelling of all tokens, and the version of the arithmetic
 */
public record ModelFingerprint(String weights, String program) {
    /** To be changed whenever the reference interpreter's bits or a sampler's choices do. */
    private static final String ARITHMETIC = "lockstep arithmetic 1";

    static ModelFingerprint of(Collection<Tensor> tensors, Graph graph, KvType kvType, Tokenizer tokenizer) {
        return new ModelFingerprint(weights(tensors), program(graph, kvType, tokenizer));
    }

    private static String weights(Collection<Tensor> tensors) {
        MessageDigest digest = sha256();
        tensors.stream().sorted(Comparator.comparing(Tensor::name)).forEach(tensor -> {
            digest.update("%s %s %d %d %d%n"
                    .formatted(tensor.name(), tensor.type(), tensor.columns(), tensor.rows(), tensor.matrices())
                    .getBytes(StandardCharsets.UTF_8));
            long size = tensor.data().byteSize();
            for (long at = 0; at < size; at += Integer.MAX_VALUE) {
                digest.update(tensor.data()
                        .asSlice(at, Math.min(Integer.MAX_VALUE, size - at))
                        .asByteBuffer());
            }
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String program(Graph graph, KvType kvType, Tokenizer tokenizer) {
        MessageDigest digest = sha256();
        digest.update((ARITHMETIC + "\n" + kvType + "\n" + GraphPrinter.print(graph)).getBytes(StandardCharsets.UTF_8));
        for (int token = 0; token < tokenizer.vocabularySize(); token++) {
            digest.update(tokenizer.bytes(token));
            digest.update((byte) (tokenizer.isEndOfGeneration(token) ? 1 : 0));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
