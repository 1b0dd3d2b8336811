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
        var failures = 0;
        while (true)
        {
            await using (var states = run.Kind
                .FollowAsync(kubernetes, run.Metadata.Namespace!, run.Metadata.Name, time, cancellationToken)
                .GetAsyncEnumerator(cancellationToken))
            {
                while (true)
                {
                    try
                    {
                        if (!await states.MoveNextAsync())
                        {
                            yield break;
                        }
                    }
                    catch (KubernetesException outage) when (outage.IsTransient)
                    {
                        if (failures == 0)
                        {
                            say?.Invoke(Sentence(time.GetUtcNow(), outage));
                        }

                        break;
                    }

                    failures = 0;
                    yield return states.Current is { } seen ? seen with { Address = run.Address } : null;
                }
            }

            await Task.Delay(Pauses.Delay(++failures), time, cancellationToken);
        }
    }

    private static string Sentence(DateTimeOffset since, KubernetesException outage) => string.Create(
        CultureInfo.InvariantCulture,
        $"The API server has been unavailable since {since:HH:mm:ss}: {outage.Message} The command retries.");
}
