package org.example.jobs

import kotlin.math.max
import org.example.Store as S

/** How many. */
const val LIMIT = 10

/**
 * A piece of work.
 */
@Serializable
data class Job<T>(val id: Int, val inner: T) : Base(), Runnable {
    var state: State = State.NEW

    /** Does it. */
    override fun run() {
        val local = max(id, 1)
        S.open().load(local)
    }

    companion object Factory {
        fun make(id: Int): Job<String> = Job(id, "x")
    }
}

enum class State { NEW, DONE }

interface Runnable {
    fun run()
}

object Registry {
    fun all(): List<Job<String>> = emptyList()
}

fun String.toJob(): Job<String> = Job.make(length)

typealias Jobs = List<Job<String>>
