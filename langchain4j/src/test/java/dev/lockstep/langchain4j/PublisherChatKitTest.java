package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.common.StreamingMode;
import java.util.List;

/** What LangChain4j asks of streaming chat models that have subscribers. */
class PublisherChatKitTest extends StreamingChatKitTest {
    @Override
    protected List<StreamingMode> streamingModes() {
        return List.of(StreamingMode.PUBLISHER);
    }
}
