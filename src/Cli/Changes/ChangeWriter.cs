namespace Drydock.Cli.Changes;

/// <summary>Writes a change that the user has agreed to, and waits until the operator has taken it up.</summary>
internal static class ChangeWriter
{
    private const int Conflicts = 5;

    /// <summary>Writes the change. If the object changed meanwhile, the change must still do the same.</summary>
    /// <exception cref="CliException">The run changed meanwhile, or no longer exists. Nothing was written.</exception>
    public static async Task<(Run Run, Change Change)> WriteAsync(
        IKubernetesClient kubernetes,
        Run run,
        Change change,
        Func<Run, Change> plan,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                run = await run.Kind.PatchAsync(kubernetes, run, Patch(run, change), cancellationToken);
                return (run, change);
            }
            catch (KubernetesConflictException) when (attempt < Conflicts)
            {
                // The object changed since it was read. What the user agreed to must still be what happens.
                var former = run;
                run = await run.Kind.GetAsync(
                    kubernetes, run.Metadata.Namespace!, run.Metadata.Name, cancellationToken) is { } present
                    && present.Metadata.Uid == former.Metadata.Uid
                        ? present with { Address = former.Address }
                        : throw CliException.Refused(
                            $"{former.FullName} was deleted meanwhile, and nothing was written.");
                var again = plan(run);
                if (!again.Keeps(change.Sentence))
                {
                    throw CliException.Refused(
                        $"{run.FullName} changed meanwhile, and nothing was written. Now: {again.Sentence} "
                        + "Run the command again.");
                }

                change = again;
            }
        }
    }

    public static async Task<TakenUp?> WaitAsync(
        IKubernetesClient kubernetes,
        Run run,
        Change change,
        TimeSpan patience,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var seen in run.FollowThroughOutagesAsync(kubernetes, time, null, either.Token))
            {
                if (seen is null || seen.Metadata.Uid != run.Metadata.Uid)
                {
                    return new TakenUp($"{run.FullName} was deleted meanwhile.", IsRefused: true);
                }

                if (change.Effect(seen) is { } effect)
                {
                    return effect;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The limit: the operator may be down, or at work elsewhere.
        }

        return null;
    }

    public static string NotTakenUp(Run run, TimeSpan patience) =>
        $"It is written, but the operator has not taken it up within {Output.Texts.Duration(patience.TotalSeconds)}. "
        + $"It does when it runs. {Verbs.OperatorNamespace.HowToLook(run.Address.Options)} "
        + $"Look again: `{Views.Commands.Of(run, "status")}`.";

    private static JsonObject Patch(Run run, Change change) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["resourceVersion"] = run.Metadata.ResourceVersion,
            ["annotations"] = new JsonObject(
                change.Annotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))),
        },
    };
}
