using System;
using System.Collections.Generic;

namespace Jobs.Core
{
    /// <summary>A piece of work.</summary>
    [Serializable]
    public class Job<T> : Base, IRunnable<T>
    {
        private readonly int id;
        public const int Limit = 10;

        /// <summary>Its name.</summary>
        public string Name { get; set; }

        public Job(int id) { this.id = id; }

        /// <summary>Does it.</summary>
        public async Task<T> Run(Store store)
        {
            int Twice(int n) => n * 2;
            var list = new List<string>();
            return await store.Load<T>(Twice(id));
        }
    }

    public interface IRunnable<T> { Task<T> Run(Store store); }

    public enum State { New, Done }

    public record Pair(int A, int B);

    public delegate void Ended(Job<int> job);
}
