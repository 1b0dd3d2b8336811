namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Restores the flags of masters that <see cref="SpeedUpLeaders"/> changed, after the last tablet server or in
/// a rollback. A value that an administrator changed meanwhile stays.</summary>
/// <param name="Former">In a rollback: what the upgrade recorded, as <see cref="LeaderMoves.Text"/> writes it; null
/// reads the plan.</param>
internal sealed record RestoreLeaderSpeed(string? Former = null) : YugabyteStep
{
    private LeaderSpeed Speed => new(Targets, Cluster);

    protected override bool IsRepeatable => true;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await Speed.IsRestoredAsync(Recorded(context), cancellationToken)
            ? new Observation.Done()
            : new Observation.NotStarted();

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Speed.RestoreAsync(Recorded(context), cancellationToken);

    private IReadOnlyDictionary<string, LeaderMoves> Recorded(StepContext context) =>
        LeaderMoves.Parse(Former ?? context.Recorded(YugabyteStepIds.SpeedUpLeaders, SpeedUpLeaders.FormerKey));
}
