package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiLineTest {
    @Test
    void shouldTakeEveryLineForAMessage() {
        assertThat(messages("one\ntwo\n")).containsExactly("one", "two");
    }

    @Test
    void shouldGoOnAfterABackslash() {
        assertThat(messages("one\\\ntwo\\\nthree\nfour")).containsExactly("one\ntwo\nthree", "four");
    }

    @Test
    void shouldTakeAllBetweenQuotes() {
        assertThat(messages("\"\"\"\none\n\ntwo\\\n\"\"\"\nthree")).containsExactly("one\n\ntwo\\", "three");
        assertThat(messages("\"\"\"one\"\"\"\ntwo")).containsExactly("one", "two");
    }

    @Test
    void shouldEndWithTheInput() {
        assertThat(messages("one\\")).containsExactly("one\\");
        assertThat(messages("\"\"\"one\ntwo")).containsExactly("one\ntwo");
    }

    private static List<String> messages(String input) {
        List<String> messages = new ArrayList<>();
        try (var pipe = new PipedChatInput(new BufferedReader(new StringReader(input)))) {
            for (var message = pipe.next(); message.isPresent(); message = pipe.next()) {
                messages.add(message.get());
            }
        }
        return messages;
    }
}
