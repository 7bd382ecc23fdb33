package io.quorate.raftqueue.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TopicTrieTest {

  @Property(tries = 3000)
  void matchesLikeTheDefinitionSays(
      @ForAll("patternLists") List<String> patterns, @ForAll("keys") String key) {
    TopicTrie trie = new TopicTrie();
    List<QueueDestination> queues = bindAll(trie, patterns);
    assertThat(match(trie, key)).isEqualTo(expected(patterns, queues, key, 0));
  }

  @Property(tries = 1000)
  void forgetsWhatIsUnbound(
      @ForAll("patternLists") List<String> patterns, @ForAll("keys") String key) {
    TopicTrie trie = new TopicTrie();
    List<QueueDestination> queues = bindAll(trie, patterns);
    for (int i = 0; i < patterns.size(); i++) {
      trie.remove(patterns.get(i), Arguments.NONE, queues.get(i));
      assertThat(match(trie, key)).isEqualTo(expected(patterns, queues, key, i + 1));
    }
    assertThat(trie.isEmpty()).isTrue();
  }

  @Test
  void aMessageThatIsSpelledLikeAPatternIsOnlyText() {
    TopicTrie trie = new TopicTrie();
    QueueDestination queue = queue(1);
    trie.add("a.b", Arguments.NONE, queue);
    assertThat(match(trie, "a.*")).isEmpty();
    assertThat(match(trie, "#")).isEmpty();
  }

  @Test
  void theEmptyKeyHasNoWords() {
    TopicTrie trie = new TopicTrie();
    trie.add("*", Arguments.NONE, queue(1));
    trie.add("#", Arguments.NONE, queue(2));
    trie.add("", Arguments.NONE, queue(3));
    assertThat(match(trie, "")).containsExactlyInAnyOrder(2L, 3L);
    assertThat(match(trie, ".")).containsExactly(2L);
  }

  @Test
  void aBindingCountsOncePerArguments() {
    TopicTrie trie = new TopicTrie();
    QueueDestination queue = queue(1);
    Arguments other = Arguments.of(Map.of("a", 1));
    trie.add("a", Arguments.NONE, queue);
    trie.add("a", other, queue);
    trie.remove("a", Arguments.NONE, queue);
    assertThat(match(trie, "a")).containsExactly(1L);
    trie.remove("a", other, queue);
    assertThat(trie.isEmpty()).isTrue();
  }

  @Test
  void aMatchVisitsWhatItCanReachNotAllBindings() {
    TopicTrie trie = new TopicTrie();
    for (int i = 0; i < 100_000; i++) {
      trie.add("city" + i % 1000 + ".sensor" + i + ".*", Arguments.NONE, queue(i));
    }
    trie.add("#.temperature", Arguments.NONE, queue(100_000));
    List<Routes> found = new ArrayList<>();
    int visited = trie.match("city7.sensor42007.temperature", found);
    assertThat(found).hasSize(2);
    assertThat(visited).isLessThanOrEqualTo(10);
  }

  @Test
  void manyHashesCostNoMoreThanNodesTimesWords() {
    TopicTrie trie = new TopicTrie();
    String pattern = "#.a.".repeat(20) + "z";
    trie.add(pattern, Arguments.NONE, queue(1));
    List<Routes> found = new ArrayList<>();
    int visited = trie.match("a.".repeat(126) + "a", found);
    assertThat(found).isEmpty();
    assertThat(visited).isLessThanOrEqualTo(42 * 128);
  }

  @Provide
  Arbitrary<List<String>> patternLists() {
    Arbitrary<String> word = Arbitraries.of("a", "b", "", "*", "#", "#");
    return word.list().ofMaxSize(6).map(words -> String.join(".", words)).list().ofMaxSize(8);
  }

  @Provide
  Arbitrary<String> keys() {
    return Arbitraries.of("a", "b", "", "c")
        .list()
        .ofMaxSize(7)
        .map(words -> String.join(".", words));
  }

  private static List<QueueDestination> bindAll(TopicTrie trie, List<String> patterns) {
    List<QueueDestination> queues = new ArrayList<>();
    for (String pattern : patterns) {
      QueueDestination queue = queue(queues.size());
      queues.add(queue);
      trie.add(pattern, Arguments.NONE, queue);
    }
    return queues;
  }

  private static Set<Long> expected(
      List<String> patterns, List<QueueDestination> queues, String key, int from) {
    Set<Long> expected = new HashSet<>();
    for (int i = from; i < patterns.size(); i++) {
      if (NaiveTopic.matches(patterns.get(i), key)) {
        expected.add(queues.get(i).definition().ref().id());
      }
    }
    return expected;
  }

  private static Set<Long> match(TopicTrie trie, String key) {
    List<Routes> found = new ArrayList<>();
    trie.match(key, found);
    List<Long> ids =
        found.stream().flatMap(routes -> routes.queues().stream()).map(QueueRef::id).toList();
    assertThat(ids).as("each node is reached once").doesNotHaveDuplicates();
    return new HashSet<>(ids);
  }

  private static QueueDestination queue(long id) {
    return new QueueDestination(
        new QueueDefinition(
            new QueueRef(id, 0), "/", "q" + id, true, false, false, null, Map.of()));
  }
}
