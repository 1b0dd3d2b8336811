namespace Drydock.Reconcilers.Databases;

/// <summary>Asks many things side by side, a limited number of them at a time.</summary>
internal static class SideBySide
{
    private const int AtATime = 16;

    public static async Task<IReadOnlyList<TResult>> EachAsync<T, TResult>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        var last = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(AtATime, items.Count)).Select(_ => NextAsync()));
        return results;

        async Task NextAsync()
        {
            for (var i = Interlocked.Increment(ref last); i < items.Count; i = Interlocked.Increment(ref last))
            {
                results[i] = await work(items[i], cancellationToken);
            }
        }
    }
}

/// <summary>Questions to which that a target does not answer is an answer too.</summary>
internal static class Asking
{
    /// <summary>What a target answers; the default, and why, if it does not.</summary>
    public static async Task<(T? Answer, string? Problem)> TryAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return (await ask(), null);
        }
        catch (TargetException exception)
        {
            return (default, exception.Message);
        }
    }

    /// <summary>The problems that a check finds. State that cannot be read is one.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(Func<Task<IReadOnlyList<string>>> check)
    {
        var (found, unreadable) = await TryAsync(check);
        return found ?? [unreadable!];
    }
}
