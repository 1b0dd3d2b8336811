using System.Threading.Channels;

namespace Drydock.Cli.Runs;

/// <summary>Follows a run for as long as it takes, also while the API server restarts.</summary>
internal static class RunFollowing
{
    private static readonly Backoff Pauses = new()
    {
        First = TimeSpan.FromSeconds(1),
        Max = TimeSpan.FromSeconds(9),
    };

    /// <summary>The run now and after each change; null once it is deleted. While the API server is unavailable, the
    /// reading is retried. A refusal that a retry does not change is thrown.</summary>
    public static async IAsyncEnumerable<Run?> FollowThroughOutagesAsync(
        this Run run,
        IKubernetesClient kubernetes,
        TimeProvider time,
        Action<string>? say,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var seen in ThroughOutagesAsync(
            () => run.Kind.WatchAsync(kubernetes, run.Metadata.Namespace!, run.Metadata.Name, cancellationToken),
            time,
            say,
            cancellationToken))
        {
            yield return seen is null ? null : seen with { Address = run.Address };
            if (seen is null)
            {
                yield break;
            }
        }
    }

    /// <summary>All runs now and after each change; <paramref name="miss"/> is told what cannot be read.</summary>
    public static async IAsyncEnumerable<IReadOnlyCollection<Run>> FollowAllAsync(
        Invocation invocation,
        RunScope scope,
        Action<string>? say,
        Action<string>? miss,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = Channel.CreateUnbounded<(ShownKind Kind, IReadOnlyCollection<Run> Runs)>();
        var readers = Task.WhenAll(ShownKind.All.Select(ReadAsync));
        var runs = new Dictionary<ShownKind, IReadOnlyCollection<Run>>();
        try
        {
            await foreach (var (kind, present) in changes.Reader.ReadAllAsync(cancellationToken))
            {
                runs[kind] = present;
                if (runs.Count == ShownKind.All.Count)
                {
                    yield return [.. runs.Values.SelectMany(list => list)];
                }
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(readers);
        }

        async Task ReadAsync(ShownKind kind)
        {
            // It is listed again after each end of the watch.
            var told = new HashSet<UnreadableObject>();
            Action<UnreadableObject>? tell = miss is null ? null
                : unreadable => (told.Add(unreadable) ? miss : null)?.Invoke(Failures.Explain(kind.Kind, unreadable));
            try
            {
                await foreach (var present in ThroughOutagesAsync(
                    () => kind.WatchListAsync(invocation.Kubernetes, scope, tell, end.Token),
                    invocation.Surroundings.Time,
                    say,
                    end.Token))
                {
                    await changes.Writer.WriteAsync((kind, present), end.Token);
                }
            }
            catch (Exception failure)
            {
                // The reader of the channel throws it.
                changes.Writer.TryComplete(failure);
            }
        }
    }

    private static async IAsyncEnumerable<T> ThroughOutagesAsync<T>(
        Func<IAsyncEnumerable<T>> watch,
        TimeProvider time,
        Action<string>? say,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (isRead, failures) = (false, 0);
        while (true)
        {
            await using (var states = watch().GetAsyncEnumerator(cancellationToken))
            {
                while (await HasNextAsync(states))
                {
                    (isRead, failures) = (true, 0);
                    yield return states.Current;
                }
            }

            isRead = false;
            await Task.Delay(Pauses.Delay(failures), time, cancellationToken);
        }

        async Task<bool> HasNextAsync(IAsyncEnumerator<T> states)
        {
            try
            {
                return await states.MoveNextAsync();
            }
            catch (Exception broken)
                when (isRead && broken is KubernetesGoneException or KubernetesUnreachableException)
            {
                // A watch that only broke: the next read says whether the API server is unavailable.
                return false;
            }
            catch (KubernetesException outage) when (outage.IsTransient)
            {
                if (++failures == 1)
                {
                    say?.Invoke(
                        $"The API server has been unavailable since {time.GetUtcNow():HH:mm:ss}: {outage.Message} "
                        + "The command retries.");
                }

                return false;
            }
        }
    }

    /// <summary>The first answer to a state of the run, null being the state of one that is deleted; null if the limit
    /// comes before it.</summary>
    public static async Task<T?> AnswerAsync<T>(
        this Run run,
        IKubernetesClient kubernetes,
        TimeProvider time,
        Action<string>? say,
        CancellationTokenSource limit,
        Func<Run?, T?> answer,
        CancellationToken cancellationToken)
        where T : class
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var seen in run.FollowThroughOutagesAsync(kubernetes, time, say, either.Token))
            {
                if (answer(seen) is { } found)
                {
                    return found;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The limit: the operator may be down, or at work elsewhere.
        }

        return null;
    }
}
