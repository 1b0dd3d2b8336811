namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Rollback: rolls back the volatile AutoFlags that were promoted, before an old program starts that does not
/// know them (docs/research/yugabytedb.md#procedure). The command may be repeated, so after a kill it is run
/// again.</summary>
/// <param name="FlagsVersion">The version of the AutoFlags configuration to go back to.</param>
/// <param name="Instance">An instance that has the former package on its host; null if none is known.</param>
/// <param name="Directory">The directory of the former package.</param>
internal sealed record RollBackAutoFlags(int FlagsVersion, string? Instance = null, string? Directory = null)
    : YugabyteStep
{
    private readonly ConcurrentDictionary<int, AutoFlagsRollback> _answers = [];

    private const int Named = 6;

    // Where packages have it.
    private static readonly string[] Files = ["bin/auto_flags.json", "share/auto_flags.json", "auto_flags.json"];

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (!_answers.TryGetValue(context.Step.Attempt, out var answer))
        {
            return new Observation.NotStarted();
        }

        var unknown = await UnknownAsync(cancellationToken);
        return unknown.Count > 0
            ? new Observation.Failed(
                Reasons.VersionPathUnsupported,
                $"The programs of {Cluster.Spec.FromVersion} do not know {unknown.Count} AutoFlags that are promoted "
                + $"and cannot be rolled back: {Sentences.List(unknown, Named)}. They would end at start (AutoFlag is "
                + $"not found), so none was started. Continue to {Cluster.Spec.ToVersion}.")
            : new Observation.Done(answer.RolledBack
                ? "Volatile AutoFlags were rolled back."
                : "There were no volatile AutoFlags to roll back.");
    }

    // Empty if the package has no list of them.
    private async Task<IReadOnlyList<string>> UnknownAsync(CancellationToken cancellationToken)
    {
        if (this is not { Instance: { } instance, Directory: { } directory })
        {
            return [];
        }

        var host = Targets.Hosts.Files(Cluster.Instance(instance).Host);
        foreach (var file in Files)
        {
            if (await host.ReadAsync($"{directory.TrimEnd('/')}/{file}", cancellationToken) is { } known)
            {
                var left = (await Cluster.Tool().AutoFlagsAsync(cancellationToken)).Promoted;
                return
                [
                    .. left.Where(f => !known.Contains(
                        $"\"{f[(f.IndexOf('/', StringComparison.Ordinal) + 1)..]}\"", StringComparison.Ordinal)).Order(
                        StringComparer.Ordinal),
                ];
            }
        }

        return [];
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        _answers[context.Step.Attempt] =
            await Cluster.Tool().RollBackAutoFlagsAsync(FlagsVersion, cancellationToken);
}
