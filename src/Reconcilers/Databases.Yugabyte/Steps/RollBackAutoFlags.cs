using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Of the way back: takes back the volatile AutoFlags that were promoted, before an old program starts that does not
/// know them (docs/research/yugabytedb.md#procedure). It may be repeated at will, so after a kill it is asked once
/// more.
/// </summary>
internal sealed class RollBackAutoFlags(IYugabyteTargets targets) : YugabyteStep(targets)
{
    private readonly ConcurrentDictionary<(string Step, int Attempt), AutoFlagsRollback> _said = new();

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult<Observation>(_said.TryGetValue((context.Step.Id, context.Step.Attempt), out var said)
            ? new Observation.Done(said.RolledBack ? "volatile AutoFlags were rolled back" : "there were none to roll back")
            : new Observation.NotStarted());
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var to = int.Parse(context.Parameter(YugabyteKeys.FlagsVersion), CultureInfo.InvariantCulture);
        _said[(context.Step.Id, context.Step.Attempt)] = await Cluster.Tool().RollBackAutoFlagsAsync(to, cancellationToken);
    }
}
