namespace Drydock.Tests.Unit.Support;

/// <summary>
/// Waits that end by an event; the limit only keeps a broken test from hanging for ever and asserts no speed.
/// </summary>
internal static class Wait
{
    /// <summary>Longer than anything takes that ends, on a busy machine too.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static Task<T> Bounded<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Bounded(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Bounded<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Waits for a state that has no event of its own to wait for.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Delay(1, limit.Token);
        }
    }
}
