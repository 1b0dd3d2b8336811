namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Restores the flags of masters that <see cref="SpeedUpLeaders"/> changed, after the last tablet server or in
/// a rollback. A value that an administrator changed meanwhile stays.</summary>
internal sealed class RestoreLeaderSpeed(IYugabyteTargets targets) : YugabyteStep<RestoreLeaderSpeed.Args>(targets)
{
    private readonly LeaderSpeed _speed = new(targets, new YugabyteCluster(targets));

    /// <param name="Former">In a rollback: what the upgrade recorded, as <see cref="LeaderMoves.Text"/> writes it; null
    /// reads the plan.</param>
    public sealed record Args(string? Former = null);

    protected override bool IsRepeatable => true;

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        await _speed.IsRestoredAsync(Former(context, args), cancellationToken)
            ? new Observation.Done()
            : new Observation.NotStarted();

    protected override Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        _speed.RestoreAsync(Former(context, args), cancellationToken);

    private static IReadOnlyDictionary<string, LeaderMoves> Former(StepContext context, Args args) =>
        LeaderMoves.Parse(
            args.Former ?? context.Recorded(YugabyteStepIds.SpeedUpLeaders, SpeedUpLeaders.FormerKey));
}
