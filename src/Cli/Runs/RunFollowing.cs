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
        var (isRead, failures) = (false, 0);
        while (true)
        {
            await using (var states = run.Kind
                .WatchAsync(kubernetes, run.Metadata.Namespace!, run.Metadata.Name, cancellationToken)
                .GetAsyncEnumerator(cancellationToken))
            {
                while (await HasNextAsync(states))
                {
                    (isRead, failures) = (true, 0);
                    if (states.Current is not { } seen)
                    {
                        yield return null;
                        yield break;
                    }

                    yield return seen with { Address = run.Address };
                }
            }

            isRead = false;
            await Task.Delay(Pauses.Delay(failures), time, cancellationToken);
        }

        async Task<bool> HasNextAsync(IAsyncEnumerator<Run?> states)
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
