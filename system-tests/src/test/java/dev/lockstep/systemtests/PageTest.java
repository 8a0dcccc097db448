package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The page of the packaged server in a real browser. Screenshots for people to look at go to {@code target/screenshots}. */
@TestInstance(Lifecycle.PER_CLASS)
class PageTest {
    private static final Path SCREENSHOTS = LockstepCommand.ROOT.resolve("system-tests/target/screenshots");
    private static final String BUSY = "document.body.classList.contains('busy')";
    private static final String LAST_ANSWER = ".message.assistant:last-child .text";

    private ServerProcess server;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path profile) {
        Optional<Path> program = Browser.find();
        assumeThat(program).as("no Chromium is installed").isPresent();
        server = ServerProcess.start("demo");
        browser = Browser.start(program.orElseThrow(), profile);
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void openThePage() {
        browser.screen(Browser.Screen.DESKTOP);
        browser.open(server.url() + "/");
        browser.evaluate("localStorage.clear()");
        // The same answers in every run.
        browser.evaluate("localStorage.setItem('lockstep.settings', JSON.stringify({temperature: 0, max_tokens: 60}))");
        browser.errors().clear();
        browser.open(server.url() + "/");
        browser.await("document.getElementById('state').classList.contains('ok')");
    }

    @Test
    void shouldStreamAnswersAndTellTheSpeed() {
        ask("Tell me a story.");
        browser.await("document.querySelector('" + LAST_ANSWER + "')?.innerText.length > 5");
        browser.await("!" + BUSY);
        assertThat(browser.text(LAST_ANSWER)).isNotBlank();
        assertThat(browser.text(".message.assistant .facts"))
                .contains("tokens/s")
                .contains("tokens");
        assertThat(browser.text(".entry.current")).contains("Tell me a story.");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void shouldStopAnAnswer() {
        browser.evaluate("localStorage.setItem('lockstep.settings', JSON.stringify({temperature: 1}))");
        browser.open(server.url() + "/");
        ask("Tell me a story.");
        browser.await("document.querySelector('" + LAST_ANSWER + "')?.innerText.length > 0");
        browser.press("Escape");
        browser.await("!" + BUSY);
        assertThat(browser.text(".message.assistant .facts")).contains("stopped");
    }

    @Test
    void shouldTryAgainAndKeepBothAnswers() {
        ask("Tell me a story.");
        browser.await("!" + BUSY);
        String first = browser.text(LAST_ANSWER);
        browser.click("[aria-label='Another answer']");
        browser.await(BUSY);
        browser.await("!" + BUSY);
        assertThat(browser.text(".version")).isEqualTo("2/2");
        assertThat(browser.text(LAST_ANSWER)).as("temperature 0").isEqualTo(first);
        browser.click("[aria-label='The answer before']");
        assertThat(browser.text(".version")).isEqualTo("1/2");
    }

    @Test
    void shouldAskAnEditedQuestionInPlaceOfTheOldOne() {
        ask("Tell me a story.");
        browser.await("!" + BUSY);
        browser.click("[aria-label='Edit and ask again']");
        browser.evaluate("document.querySelector('.editing textarea').select()");
        browser.type("What is a dog?");
        browser.click(".editing .strong");
        browser.await("document.querySelectorAll('.message').length === 2 && !" + BUSY);
        assertThat(browser.text(".message.user .body")).isEqualTo("What is a dog?");
    }

    @Test
    void shouldKeepConversationsAndSettingsInTheBrowser() {
        browser.click("[data-action=open-settings]");
        browser.evaluate("document.querySelector('[data-setting=system]').focus()");
        browser.type("You are a pirate.");
        browser.press("Escape");
        ask("Tell me a story.");
        browser.await("!" + BUSY);
        String answer = browser.text(LAST_ANSWER);
        browser.open(server.url() + "/");
        browser.await("document.querySelector('.entry .open')");
        assertThat(browser.evaluate("JSON.parse(localStorage.getItem('lockstep.settings')).system")
                        .asString())
                .isEqualTo("You are a pirate.");
        browser.click(".entry .open");
        assertThat(browser.text(LAST_ANSWER)).isEqualTo(answer);
        browser.click(".entry .icon");
        assertThat(browser.evaluate("document.querySelectorAll('.entry').length")
                        .asInt())
                .isZero();
    }

    @Test
    void shouldShowTheScheduleOfTheLastStep() {
        browser.click("[data-action=toggle-schedule]");
        ask("Tell me a story.");
        browser.await("document.querySelectorAll('#schedule-phases li').length > 3"
                + " || !document.getElementById('schedule-note').hidden && !" + BUSY);
        assumeThat(browser.text("#schedule-note"))
                .as("this computer cannot make native code, so that there is no schedule")
                .doesNotContain("reference");
        browser.await("document.querySelectorAll('#schedule-phases li').length > 3");
        assertThat(browser.text("#schedule-facts")).contains("phases").contains("cores");
        assertThat(browser.text("#schedule-phases")).contains("norm").contains("attend");
        // Something is painted on the strip.
        assertThat(browser.evaluate("(() => { const strip = document.getElementById('schedule-strip');"
                                + " return new Set(strip.getContext('2d').getImageData(0, 0, strip.width, strip.height).data).size;"
                                + " })()")
                        .asInt())
                .isGreaterThan(8);
        browser.await("!" + BUSY);
    }

    @Test
    void shouldNeverTakeTextForMarkup() {
        String evil = "<img src=x onerror=\\\"document.title='taken'\\\"> **b** [l](javascript:alert(1))";
        browser.evaluate("import('/page/markdown.js').then(({markdown}) => {"
                + " const box = document.createElement('div'); box.id = 'box'; box.append(...markdown(\"" + evil
                + "\")); document.body.append(box); })");
        assertThat(browser.evaluate("document.querySelectorAll('#box img, #box a, #box script').length")
                        .asInt())
                .isZero();
        assertThat(browser.text("#box")).contains("<img src=x").contains("javascript:alert(1)");
        assertThat(browser.evaluate("document.querySelector('#box strong').innerText")
                        .asString())
                .isEqualTo("b");
    }

    @Test
    void shouldFitDesktopsAndPhonesInBothThemes() {
        ask("Tell me a story.");
        browser.click("[data-action=toggle-schedule]");
        browser.await("!" + BUSY);
        for (Browser.Screen screen : Browser.Screen.values()) {
            browser.screen(screen);
            for (String theme : new String[] {"light", "dark"}) {
                browser.evaluate("document.documentElement.dataset.theme = '" + theme + "'");
                Browser.pause(300);
                assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
                                .asBoolean())
                        .as("nothing sticks out to the side, " + screen + " " + theme)
                        .isTrue();
                assertThat(browser.evaluate("document.getElementById('composer').getBoundingClientRect().bottom"
                                        + " <= innerHeight")
                                .asBoolean())
                        .as("the message field is on the screen, " + screen + " " + theme)
                        .isTrue();
                browser.screenshot(SCREENSHOTS.resolve(screen.name().toLowerCase(Locale.ROOT) + "-" + theme + ".png"));
            }
        }
        assertThat(browser.errors()).isEmpty();
    }

    private void ask(String question) {
        browser.evaluate("document.getElementById('composer-text').focus()");
        browser.type(question);
        browser.press("Enter");
        browser.await("document.querySelectorAll('.message.assistant').length > 0");
    }
}
