using System.Runtime.ExceptionServices;

namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// Runs what a term consists of: the first part that fails, or ends before the term, ends all others.
/// </summary>
public static class TermParts
{
    /// <summary>Returns when all parts have ended after <paramref name="term"/> was cancelled.</summary>
    /// <param name="parts">The parts, each with its name.</param>
    /// <param name="onFault">Called at once with the name and the fault of each part that fails, before the others have
    /// ended.</param>
    /// <param name="term">Cancelled when the term ends.</param>
    /// <exception cref="Exception">The first fault; thrown when all parts have ended.</exception>
    public static async Task RunAsync(
        IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> parts,
        Action<string, Exception> onFault,
        CancellationToken term)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(term);
        Exception? first = null;
        await Task.WhenAll(parts.Select(part => Task.Run(() => GuardAsync(part.Name, part.RunAsync), CancellationToken.None)));
        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        async Task GuardAsync(string name, Func<CancellationToken, Task> run)
        {
            try
            {
                await run(all.Token);
                if (all.IsCancellationRequested)
                {
                    return;
                }

                throw new InvalidOperationException($"{name} ended before its term.");
            }
            catch (OperationCanceledException) when (all.IsCancellationRequested)
            {
                // The term is over, as it was told.
            }
            catch (Exception fault)
            {
                Interlocked.CompareExchange(ref first, fault, null);
                onFault(name, fault);
                await all.CancelAsync();
            }
        }
    }
}
