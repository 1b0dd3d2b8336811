using V1SelfSubjectReview = k8s.Models.V1SelfSubjectReview;

namespace Drydock.Cli.Changes;

/// <summary>Says what a change does, asks, writes it, and waits until the operator has taken it up.</summary>
internal static class ChangeWriter
{
    private const int Conflicts = 5;

    /// <param name="isAgreed">Whether the user is not asked.</param>
    /// <param name="patience">How long to wait for the operator; null for not at all.</param>
    public static async Task<int> RunAsync(
        Invocation invocation,
        string name,
        Func<Run, Change> plan,
        bool isAgreed,
        TimeSpan? patience,
        CancellationToken cancellationToken)
    {
        var run = await RunLookup.FindAsync(invocation, name, cancellationToken);
        var change = plan(run);
        var output = invocation.Surroundings.Output;
        output.WriteLine(change.Sentence);
        if (!isAgreed)
        {
            Ask(invocation.Surroundings, change.Confirm);
        }

        var user = ApprovalClaims.Added(run.Metadata, change.Annotations).Any()
            ? await UserAsync(invocation.Kubernetes, cancellationToken)
            : null;
        (run, change) = await invocation.RetryAsync(
            limit => WriteAsync(invocation.Kubernetes, run, change, plan, user, limit),
            cancellationToken,
            writes: true);
        if (patience is not { } limit)
        {
            output.WriteLine("Written. The operator takes it up when it sees the object next.");
            return ExitCodes.Done;
        }

        var effect = await WaitAsync(
            invocation.Kubernetes, run, change, limit, invocation.Surroundings.Time, cancellationToken);
        (effect is null ? invocation.Surroundings.Errors : output).WriteLine(effect?.Sentence
            ?? $"It is written, but the operator has not taken it up within {Texts.Duration(limit.TotalSeconds)}. "
            + $"It does when it runs. {invocation.HowToFindOperator} Look again: `{run.Command("status")}`.");
        return effect is null ? ExitCodes.NotTakenUp : effect.IsRefused ? ExitCodes.Ignored : ExitCodes.Done;
    }

    /// <exception cref="CliException">The answer is no, or the question cannot be asked.</exception>
    /// <param name="name">What to type; null for y.</param>
    public static void Ask(Surroundings surroundings, string? name = null)
    {
        if (!surroundings.CanAsk)
        {
            throw CliException.Refused(
                "Nothing was written: the question cannot be asked, because standard input is not a terminal. "
                    + "Add --yes.");
        }

        surroundings.Output.Write(name is null ? "Continue? [y/N] " : $"Type {name} to continue: ");
        var answer = surroundings.Input.ReadLine()?.Trim();
        if (name is null ? answer is not ("y" or "Y" or "yes") : answer != name)
        {
            throw CliException.Refused("Nothing was written.");
        }
    }

    /// <summary>Writes the change. If the object changed meanwhile, the change must still do the same.</summary>
    /// <exception cref="CliException">The run changed meanwhile, or no longer exists. Nothing was written.</exception>
    public static async Task<(Run Run, Change Change)> WriteAsync(
        IKubernetesClient kubernetes,
        Run run,
        Change change,
        Func<Run, Change> plan,
        string? user,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                run = await run.Kind.PatchAsync(kubernetes, run, Patch(run, change, user), cancellationToken);
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
        return await run.AnswerAsync(
            kubernetes,
            time,
            say: null,
            limit,
            seen => seen is null || seen.Metadata.Uid != run.Metadata.Uid
                ? new TakenUp($"{run.FullName} was deleted meanwhile.", IsRefused: true)
                : change.Effect(seen),
            cancellationToken);
    }

    // Kubernetes before 1.28 does not tell; a server that refuses the question must not prevent an approval.
    private static async Task<string?> UserAsync(IKubernetesClient kubernetes, CancellationToken cancellationToken)
    {
        try
        {
            var review = await kubernetes.CreateAsync(
                new V1SelfSubjectReview { Metadata = new V1ObjectMeta() }, cancellationToken);
            return review.Status?.UserInfo?.Username;
        }
        catch (KubernetesException)
        {
            return null;
        }
    }

    private static JsonObject Patch(Run run, Change change, string? user)
    {
        var annotations = new JsonObject(
            change.Annotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value)));
        if (change.Annotations.ContainsKey(Annotations.Approve) || change.Annotations.ContainsKey(Annotations.Retry))
        {
            annotations[Annotations.ApprovedBy] = ApprovalClaims.Change(run.Metadata, change.Annotations, user);
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = run.Metadata.ResourceVersion,
                ["annotations"] = annotations,
            },
        };
    }
}
