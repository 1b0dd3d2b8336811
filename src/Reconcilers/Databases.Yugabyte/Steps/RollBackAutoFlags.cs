namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Rollback: rolls back the volatile AutoFlags that were promoted, before an old program starts that does not
/// know them (docs/research/yugabytedb.md#procedure). The command may be repeated, so after a kill it is run
/// again.</summary>
internal sealed class RollBackAutoFlags(IYugabyteTargets targets) : YugabyteStep<RollBackAutoFlags.Args>(targets)
{
    private readonly ConcurrentDictionary<(string Step, int Attempt), AutoFlagsRollback> _answers = new();

    /// <param name="FlagsVersion">The version of the AutoFlags configuration to go back to.</param>
    public sealed record Args(int FlagsVersion);

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        Task.FromResult<Observation>(
            !_answers.TryGetValue((context.Step.Id, context.Step.Attempt), out var answer)
                ? new Observation.NotStarted()
                : new Observation.Done(answer.RolledBack
                    ? "Volatile AutoFlags were rolled back."
                    : "There were no volatile AutoFlags to roll back."));

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        _answers[(context.Step.Id, context.Step.Attempt)] =
            await Cluster.Tool().RollBackAutoFlagsAsync(args.FlagsVersion, cancellationToken);
}
