using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Stops Spark. What its master showed before is recorded, to be compared with afterwards.</summary>
internal sealed class StopSpark(ITiDbTargets targets) : SparkStep(targets)
{
    /// <summary>Receipt key: workers, cores and memory before, as <see cref="SparkMaster"/> writes them.</summary>
    public const string BeforeKey = "before";

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        PatientlyAsync(() => LookAsync(context, cancellationToken));

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // Of a former attempt: Spark may be stopped by now, and shows nothing any more.
        if ((context.Receipt(BeforeKey) ?? context.Plan.Steps.Find(s => s.Id == context.Step.Id)?.Recorded(BeforeKey)) is { } known)
        {
            return Fact(BeforeKey, known);
        }

        SparkMaster? before;
        try
        {
            before = await SparkMaster.AskAsync(Targets, Spark(), cancellationToken);
        }
        catch (ServiceException exception)
        {
            throw NotYet(exception.Reason, exception.Message);
        }

        return before is { } master
            ? Fact(BeforeKey, master.ToString())
            : throw new StepActionException(Reasons.ComponentsUnhealthy, $"Spark's master does not serve on {Spark().Hosts[0]}:{Spark().WebPort}: there is nothing to compare with afterwards. Start Spark, or take spec.tidb.tiSpark out in a new upgrade");
    }

    /// <inheritdoc />
    protected override Task CarryOutAsync(StepContext context, CancellationToken cancellationToken) =>
        RunAsync(Spark().Stop, cancellationToken);

    private async Task<Observation> LookAsync(StepContext context, CancellationToken cancellationToken)
    {
        var newEverywhere = true;
        foreach (var host in Spark().Hosts)
        {
            newEverywhere &= await HasNewJarAsync(host, cancellationToken);
        }

        var master = await SparkMaster.AskAsync(Targets, Spark(), cancellationToken);
        if (context.Receipt(BeforeKey) is null)
        {
            return newEverywhere && master is not null ? new Observation.Done("Spark has the new JAR already", Fact(BeforeKey, master.ToString())) : new Observation.NotStarted();
        }

        return master is null ? new Observation.Done("Spark's master does not serve any more") : new Observation.NotStarted("Spark's master still serves");
    }
}
