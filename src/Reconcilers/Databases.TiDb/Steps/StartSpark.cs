namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Starts Spark and waits until its master shows the workers, cores and memory it showed before.</summary>
internal sealed record StartSpark : SparkStep
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        if (await SparkMaster.ReadAsync(Targets, Spark, cancellationToken) is not { } master)
        {
            return new Observation.NotStarted("Spark's master is not running.");
        }

        var before = context.Recorded(TiDbStepIds.StopSpark, StopSpark.BeforeKey);
        return before is null || before == master.ToString()
            ? new Observation.Done($"Spark's master shows workers/cores/memory {master}.")
            : new Observation.Running($"Spark's master shows workers/cores/memory {master}, before {before}.");
    });

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        RunAsync(Spark.Start, cancellationToken);
}
