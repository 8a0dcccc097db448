package dev.lockstep.compiler.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An array has one user at a time, in whatever order its users are placed. */
class PlaneUseTest {
    private static final int VISIBLE = 3;

    private final Deque<Runnable> journal = new ArrayDeque<>();
    private final PlaneUse use = new PlaneUse(VISIBLE, journal::push);

    /** Weights that are installed at 100, for rows at 110 and 130. */
    @BeforeEach
    void place() {
        use.load(80);
        use.install(100, false);
        use.row(110);
        use.row(130);
    }

    @Test
    void shouldRefuseToInstallBetweenRowsOfOthers() {
        use.load(105);

        assertThatThrownBy(() -> use.install(120, false))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("130");
        use.install(130, false);
    }

    @Test
    void shouldRefuseToLoadWhileOtherWeightsWaitInTheBuffer() {
        use.load(70);

        assertThatThrownBy(() -> use.install(90, false)).isInstanceOf(Conflict.class);
    }

    @Test
    void shouldRefuseRowsThatWouldMeetTheWeightsOfOthers() {
        use.load(10);
        use.install(30, false);

        assertThatThrownBy(() -> use.row(120)).isInstanceOf(Conflict.class).hasMessageContaining("100");
        use.row(100);
    }

    @Test
    void shouldRefuseRowsBeforeAnythingIsVisible() {
        use.load(140);
        use.install(160, true);

        assertThatThrownBy(() -> new PlaneUse(VISIBLE, journal::push).row(5)).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> use.row(162)).isInstanceOf(Conflict.class);
        assertThat(use.row(163)).isTrue();
    }

    @Test
    void shouldRefuseToBeginASumWithinAnother() {
        use.accumulate(0, 10, false);
        use.accumulate(0, 30, true);

        assertThatThrownBy(() -> use.accumulate(0, 20, false)).isInstanceOf(Conflict.class);
        use.accumulate(1, 20, false);
        assertThatThrownBy(() -> use.accumulate(1, 15, true)).isInstanceOf(Conflict.class);
    }

    @Test
    void shouldTakeBackWhatDidNotFit() {
        journal.clear();
        use.load(140);
        use.install(160, false);
        use.row(170);
        use.accumulate(0, 170, false);
        while (!journal.isEmpty()) {
            journal.pop().run();
        }

        use.row(165);
        use.accumulate(0, 175, false);
        use.load(150);
        use.install(165, false);
    }
}
