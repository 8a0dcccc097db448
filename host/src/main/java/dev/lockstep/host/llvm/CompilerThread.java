package dev.lockstep.host.llvm;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The thread of one compilation. LLVM recurses deeply over long functions, so the stack is large; and LLVM's fatal
 * errors never return, so there must be a thread to leave behind.
 */
final class CompilerThread extends Thread {
    private static final long STACK_BYTES = 64L << 20;

    private final Supplier<byte[]> compilation;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();

    private CompilerThread(Supplier<byte[]> compilation) {
        super(null, null, "lockstep-llvm", STACK_BYTES);
        this.compilation = compilation;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            result.complete(compilation.get());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    /** Runs the compilation to its end and returns its file or throws what it threw. */
    static byte[] call(Supplier<byte[]> compilation) {
        CompilerThread thread = new CompilerThread(compilation);
        thread.start();
        try {
            return thread.result.join();
        } catch (CompletionException e) {
            throw switch (e.getCause()) {
                case LlvmException cause -> new LlvmException(String.valueOf(cause.getMessage()), cause);
                case RuntimeException cause -> cause;
                case null, default -> e;
            };
        }
    }

    /** What LLVM calls before it would end the process; holds the thread for ever. */
    static void onFatalError(String reason) {
        if (currentThread() instanceof CompilerThread thread) {
            thread.result.completeExceptionally(new LlvmException("LLVM cannot compile the IR: " + reason));
            while (true) {
                LockSupport.park();
            }
        }
    }
}
