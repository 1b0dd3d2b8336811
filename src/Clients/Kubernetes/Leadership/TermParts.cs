using System.Runtime.ExceptionServices;

namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Runs the parts of a term: the first part that fails, or ends before the term, ends all others.</summary>
public static class TermParts
{
    public static async Task RunAsync(
        IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> parts,
        Action<string, Exception> onFault,
        CancellationToken term)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(term);
        Exception? first = null;
        await Task.WhenAll(
            parts.Select(part => Task.Run(() => GuardAsync(part.Name, part.RunAsync), CancellationToken.None)));
        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        async Task GuardAsync(string name, Func<CancellationToken, Task> run)
        {
            try
            {
                await run(all.Token);
                if (!all.IsCancellationRequested)
                {
                    throw new InvalidOperationException($"{name} ended before its term.");
                }
            }
            catch (OperationCanceledException) when (all.IsCancellationRequested)
            {
                // The term has ended and cancelled the work.
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

/// <summary>One term. Tokens are stored, because reading the token of a disposed source throws.</summary>
internal sealed class Term(
    CancellationTokenSource work, CancellationTokenSource jobs, CancellationTokenSource renewing)
{
    /// <summary>Timestamp of the loss or failure; 0 before that and if the process stops.</summary>
    public long OverSince;

    public CancellationTokenSource Work => work;

    public CancellationTokenSource Jobs => jobs;

    public CancellationTokenSource Renewing => renewing;

    public CancellationToken Lost { get; } = jobs.Token;

    public CancellationToken Over { get; } = work.Token;

    public bool IsOver => Over.IsCancellationRequested;
}
