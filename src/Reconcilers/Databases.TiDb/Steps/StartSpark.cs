using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Starts Spark and waits until its master shows the workers, cores and memory it showed before.</summary>
internal sealed class StartSpark(ITiDbTargets targets) : SparkStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        PatientlyAsync(() => LookAsync(context, cancellationToken));

    /// <inheritdoc />
    protected override Task CarryOutAsync(StepContext context, CancellationToken cancellationToken) =>
        RunAsync(Spark().Start, cancellationToken);

    private async Task<Observation> LookAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await SparkMaster.AskAsync(Targets, Spark(), cancellationToken) is not { } master)
        {
            return new Observation.NotStarted("Spark's master does not serve");
        }

        var before = context.Recorded(TiDbStepIds.StopSpark, StopSpark.BeforeKey);
        return before is null || before == master.ToString()
            ? new Observation.Done($"workers/cores/memory {master}")
            : new Observation.Running($"workers/cores/memory {master}, before {before}");
    }
}
