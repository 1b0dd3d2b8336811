using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Promotes AutoFlags (docs/research/yugabytedb.md#autoflags): from here on, unless only the volatile class was asked
/// for, old programs cannot run any more. Every process is asked for its version once more right before.
/// <para>
/// The configuration's version tells that something was promoted, and not that everything was; that only the tool's own
/// answer does. So the step is done when the tool has said so to this process; whoever is killed before it could write
/// that down asks once more, which promotes nothing twice.
/// </para>
/// </summary>
internal sealed class PromoteAutoFlags(IYugabyteTargets targets) : YugabyteStep(targets)
{
    private readonly ConcurrentDictionary<(string Step, int Attempt), AutoFlagsPromotion> _said = new();

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!_said.TryGetValue((context.Step.Id, context.Step.Attempt), out var said))
        {
            return new Observation.NotStarted();
        }

        var after = (await Cluster.Tool().AutoFlagsAsync(cancellationToken)).Version;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [YugabyteKeys.FlagsAfter] = after.ToString(CultureInfo.InvariantCulture),
            [YugabyteKeys.Promoted] = said.Promoted ? "true" : "false",
        };
        if (said.NeedsRestart)
        {
            facts[YugabyteKeys.NeedsRestart] = "true";
        }

        return new Observation.Done(
            string.Create(CultureInfo.InvariantCulture, $"{(said.Promoted ? "new AutoFlags were promoted" : "there were no new AutoFlags to promote")}, configuration version {after}"),
            facts);
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var before = context.Receipt(YugabyteKeys.FlagsBefore) ?? context.Recorded(YugabyteStepIds.AdminTool, YugabyteKeys.FlagsBefore);
        return before is null ? await base.PrepareAsync(context, cancellationToken) : Fact(YugabyteKeys.FlagsBefore, before);
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var report = await new VersionCheck(Cluster).ReadAsync(YugabyteVersion.Parse(Cluster.Spec.ToVersion), cancellationToken);
        if (!report.IsClean)
        {
            throw new StepActionException(Reasons.VersionMismatch, $"nothing is promoted while a process may be of another version than {Cluster.Spec.ToVersion}: {report.Describe()}") { NotTaken = true };
        }

        Targets.EnsureMayAct();
        var highest = Enum.Parse<AutoFlagClass>(context.Parameter(YugabyteKeys.Class));
        _said[(context.Step.Id, context.Step.Attempt)] = await Cluster.Tool().PromoteAutoFlagsAsync(highest, cancellationToken);
    }
}
