namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Stops Spark. What its master showed before is recorded, to be compared after the start.</summary>
internal sealed record StopSpark : SparkStep
{
    public const string BeforeKey = "before";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var isNewEverywhere = true;
        foreach (var host in Spark.Hosts)
        {
            isNewEverywhere &= await HasNewJarAsync(host, cancellationToken);
        }

        var master = await SparkMaster.ReadAsync(Targets, Spark, cancellationToken);
        if (context.Receipt(BeforeKey) is null)
        {
            return isNewEverywhere && master is not null
                ? new Observation.Done("Spark already has the new JAR.", Entry(BeforeKey, master.ToString()))
                : new Observation.NotStarted();
        }

        return master is null
            ? new Observation.Done("Spark's master is stopped.")
            : new Observation.NotStarted("Spark's master is still running.");
    });

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // From an earlier attempt: Spark may be stopped by now and show nothing.
        if ((context.Receipt(BeforeKey) ?? context.Recorded(context.Step.Id, BeforeKey)) is { } known)
        {
            return Entry(BeforeKey, known);
        }

        SparkMaster? before;
        try
        {
            before = await SparkMaster.ReadAsync(Targets, Spark, cancellationToken);
        }
        catch (ServiceException exception)
        {
            throw NotYet(exception.Reason, exception.Message);
        }

        return before is { } master
            ? Entry(BeforeKey, master.ToString())
            : throw new StepActionException(
                Reasons.ComponentsUnhealthy,
                $"Spark's master does not listen on {Spark.Hosts[0]}:{Spark.WebPort}, so there is nothing to compare "
                + "with after the upgrade. Start Spark, or create an upgrade without spec.tidb.tiSpark.");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        RunAsync(Spark.Stop, cancellationToken);
}
