package org.example.jobs

import scala.collection.mutable.{Map, Set}
import org.example.Store

/** A piece of work. */
@deprecated
case class Job[T](id: Int, inner: T) extends Base with Runnable {
  val limit = 10

  /** Does it. */
  override def run(store: Store): Unit = {
    def inner(n: Int) = n * 2
    store.load(inner(id))
  }
}

object Job {
  def make(id: Int): Job[String] = new Job(id, "x")
}

trait Runnable {
  def run(store: Store): Unit
}

type Jobs = List[Job[String]]
