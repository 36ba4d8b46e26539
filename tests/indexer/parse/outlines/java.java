package org.example.jobs;

import java.util.List;
import static org.example.Util.check;

/**
 * A piece of work.
 */
@Deprecated
public class Job<T> extends Base implements Runnable, Comparable<Job> {
  /** How many. */
  public static final int LIMIT = 10;
  private int id;

  public Job(int id) {
    this.id = check(id);
  }

  /** Does it. */
  @Override
  public void run() {
    List<String> names = new ArrayList<>();
    names.forEach(System.out::println);
    new Thread() {
      @Override public void start() { super.start(); }
    }.start();
  }

  enum State { NEW, DONE; boolean over() { return this == DONE; } }

  interface Listener {
    void onEnd(Job job);
  }

  record Pair(int a, int b) {}
}
