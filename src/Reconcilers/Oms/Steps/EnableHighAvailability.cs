using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Switches high availability on (docs/research/oms.md#high-availability): the settings of before, missing keys added,
/// enable true, and either perceiveStoreClientCheckpoint or a refetchStoreIntervalMin that covers T1 to this write. The
/// time of the write is T2. A row that never existed, and that docker_init.sh did not bring (Community 3.3.1 is the
/// first to have it), is inserted under the named lock. Where its table has columns whose values cannot be guessed
/// nothing is written: high availability stays off, and a person is told to set it in the console.
/// </summary>
internal sealed class EnableHighAvailability(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Fact: when high availability was enabled (T2), ISO 8601.</summary>
    public const string EnabledAtFact = "enabledAt";

    /// <summary>Fact: why high availability could not be enabled by us and is a person's.</summary>
    public const string NotEnabledFact = "notEnabled";

    private const string ExpectedKey = "expected";
    private const string TargetKey = "target";
    private const string Absent = "(absent)";
    private const string LockName = "drydock.ha.config";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (target, notEnabled) = (context.Receipt(TargetKey), context.Receipt(NotEnabledFact));
        if (target is null && notEnabled is null)
        {
            return new Observation.NotStarted();
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        if (target is null)
        {
            return row.Present ? new Observation.NotStarted("the row ha.config is there now") : new Observation.Done(notEnabled);
        }

        if (row.Raw is not null && HaConfig.Parse(row.Raw).Equals(HaConfig.Parse(target)))
        {
            return new Observation.Done($"ha.config is {row.Raw}");
        }

        return (row.Present ? row.Raw : Absent) == context.Receipt(ExpectedKey)
            ? new Observation.NotStarted()
            : new Observation.Failed(Reasons.TargetChanged, "ha.config was changed by somebody else while it was being enabled; it is read again and written anew");
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        if (!row.Present && await metadata.HaConfigInsertProblemAsync(context.Parameter("database"), cancellationToken) is { } problem)
        {
            return Fact(NotEnabledFact, $"high availability stays off, because {problem}; set ha.config once in the console under System Management > System Parameters");
        }

        var now = context.Time.GetUtcNow();
        var previous = context.Parameter("previous") is { Length: > 0 } raw ? HaConfig.Parse(raw) : null;
        var perceive = context.Parameter("perceive") == "true";
        var refetch = perceive
            ? (int?)null
            : RefetchWindow.Minutes(StoppedAt(context), now, KubernetesDuration.Parse(context.Parameter("margin")), previous?.RefetchStoreIntervalMin);
        var present = row.Raw is null ? HaConfig.Default : HaConfig.Parse(row.Raw);
        var target = present.Enabled(previous, perceive, refetch, context.Parameter("enableConnectorRule") == "true");
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ExpectedKey] = row.Raw ?? Absent,
            [TargetKey] = target.Raw,
            [EnabledAtFact] = now.ToString("O", CultureInfo.InvariantCulture),
        };
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(NotEnabledFact) is not null)
        {
            return;
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        var (database, expected, target) = (context.Parameter("database"), context.Receipt(ExpectedKey)!, context.Receipt(TargetKey)!);
        bool written;
        if (expected == Absent)
        {
            await using var held = await metadata.TryLockAsync(LockName, TimeSpan.FromSeconds(5), cancellationToken)
                ?? throw new StepActionException(Reasons.LockUnavailable, $"another session holds the lock {LockName} on the metadata database");
            written = await metadata.InsertHaConfigAsync(held, database, target, cancellationToken);
        }
        else
        {
            written = await metadata.CompareAndSwapHaConfigAsync(database, expected, target, cancellationToken);
        }

        if (!written)
        {
            throw new StepActionException(Reasons.TargetChanged, "ha.config is not what it was a moment ago; nothing was written");
        }
    }

    /// <summary>T1: when the first old container stopped, as the containers report it.</summary>
    internal static DateTimeOffset StoppedAt(StepContext context) => context.OptionalParameter("stoppedAt") is { } stopped
        ? DateTimeOffset.Parse(stopped, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
        : context.AllRecorded(Crds.OmsUpgrades.OmsUpgradePhases.StopOld, StopContainer.FinishedAtFact)
            .Select(f => DateTimeOffset.Parse(f.Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind))
            .DefaultIfEmpty(context.Time.GetUtcNow())
            .Min();
}
