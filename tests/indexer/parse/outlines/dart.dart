import 'dart:io';
import 'package:jobs/store.dart' show Store;

/// How many.
const limit = 10;

/// A piece of work.
class Job extends Base implements Runnable {
  final int id;

  const Job(this.id);

  Job.named(String name) : id = 0;

  /// Does it.
  @override
  Future<void> run(Store store) async {
    var local = 1;
    await store.load(id + local);
  }

  String get name => 'job';
}

enum State { fresh, done }

mixin Logged on Job {
  void log() {
    print(name);
  }
}

void main() {
  Job(1).run(Store());
}
