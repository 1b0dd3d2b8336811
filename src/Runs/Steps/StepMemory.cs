namespace Drydock.Runs;

/// <summary>What this process remembers of a step beside its record, from any thread. A new process begins without it,
/// so it may only make a wait longer or a look closer: what decides is stored.</summary>
public sealed class StepMemory
{
    private readonly ConcurrentDictionary<(Type Of, int Attempt), object> _kept = new();

    /// <param name="attempt">The attempt that it is remembered for; 0 for all of them.</param>
    public T Of<T>(int attempt = 0)
        where T : class, new() => (T)_kept.GetOrAdd((typeof(T), attempt), static _ => new T());
}
