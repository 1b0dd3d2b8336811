using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The notes that the reader of the plan needs before approving it.</summary>
internal sealed class YugabytePlanNotes(PlanBuilder plan, DatabaseRollingUpgradeSpec spec, YugabyteDiscovery discovery)
{
    private readonly YugabyteSpec _settings = spec.Yugabyte ?? new YugabyteSpec();
    private readonly TserverBatches _servers = TserverBatches.Of(spec, discovery);
    private readonly YugabyteVocabulary _words = YugabyteVocabulary.Of(spec);
    private readonly YugabyteVersion _from = YugabyteVersion.Parse(spec.FromVersion);
    private readonly YugabyteVersion _to = YugabyteVersion.Parse(spec.ToVersion);

    public IEnumerable<string> All() => Replacing().Concat(Finalizing()).Concat(Replication()).Concat(Holds()).Concat(
        discovery.Notes);

    private IEnumerable<string> Replacing()
    {
        yield return YugabyteRollback.NeverBecause(_settings.Dialect, _from) is { } why
            ? $"No rollback from {Phases.UpgradeMasters}/1/swap on: {why} Before that step the upgrade can be undone "
                + "completely."
            : "Rollback to the old programs is possible until the first point of no return: tablet servers first, "
                + "then masters.";
        var masters = discovery.Instances.Count(i => i.Component == DatabaseComponent.Master);
        if (masters < 3)
        {
            yield return $"EXPECTED OUTAGE, accepted by allowUnavailability: with {masters} masters no leader can be "
                + "elected while one of them is replaced. During that time tables and new connections cannot be "
                + "created.";
        }

        if (discovery.ReplicationFactor < 3)
        {
            yield return "EXPECTED OUTAGE, accepted by allowUnavailability: with replication factor "
                + $"{discovery.ReplicationFactor} the data of a tablet server cannot be "
                + $"{(discovery.ReplicationFactor == 1 ? "read or written" : "written")} while the server is replaced.";
        }

        if (_servers.Note is { } note)
        {
            yield return note;
        }

        if (spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed)
        {
            yield return $"A tablet server that no leader has left for {spec.Drain.StalledFor}"
                + (spec.Drain.Timeout is { } limit ? $", or that still has leaders after {limit}," : "")
                + " is stopped anyway (spec.drain.onTimeout: Proceed). Requests of clients fail until new leaders are "
                + "elected.";
        }
    }

    private IEnumerable<string> Finalizing()
    {
        if (KubernetesDuration.Parse(_settings.Soak) > TimeSpan.Zero)
        {
            yield return $"The universe must be healthy in {_to} for {_settings.Soak} before the upgrade is made final "
                + "(spec.yugabyte.soak).";
        }

        if (YugabyteFinalize.IsManual(_settings))
        {
            yield return "The upgrade is made final only after your approval (spec.yugabyte.finalize: Manual): until "
                + "then it is held before AutoFlags that cannot be rolled back are promoted and the SQL catalogue is "
                + "upgraded.";
        }

        if (_settings.PromoteClass == AutoFlagClass.LocalVolatile && YugabyteFeatures.HasAutoFlags(_to))
        {
            yield return "AutoFlags that can be rolled back are promoted before that, all others when the upgrade is "
                + "made final.";
        }

        yield return YugabyteFeatures.HasAutoFlags(_to)
            ? $"{Phases.PromoteAutoFlags}/promote is a point of no return: after it no process of {_from} can run."
            : $"{_to} has no AutoFlags, so none are promoted.";
        yield return discovery.SqlIsOn == false
            ? $"{_words.Sql} is off on every tablet server, so {_words.UpgradeCatalogCommand} is not run."
            : !YugabyteFeatures.UpgradesCatalog(_from, _to)
            ? $"{_words.UpgradeCatalogCommand} is for clusters from 2.8 on, so it is not run."
            : $"{Phases.UpgradeCatalog}/upgrade is a point of no return. "
                + "Stop statements that change tables while it runs, otherwise it has to be repeated.";
    }

    private IEnumerable<string> Replication()
    {
        var names = string.Join(", ", discovery.Groups.Select(g => g.Name).Distinct(StringComparer.Ordinal));
        if (discovery.Groups.Count > 0 && discovery.Replication != ReplicationMode.PauseBothSides)
        {
            yield return $"{_words.Replication} replication is not paused (TargetFirst): {names}. "
                + "The target must be upgraded and finalized before the source.";
        }

        if (discovery.Groups.Count == 0 || discovery.Replication != ReplicationMode.PauseBothSides)
        {
            yield break;
        }

        yield return $"{_words.Replication} replication is paused from before the first master until every process "
            + $"of every peer runs {_to}: {names}. During that time the target falls behind and the source keeps "
            + "its log, for a limited time.";
        foreach (var group in discovery.Groups.Where(g => !g.IsPaused))
        {
            yield return group.Retention is { } retention
                ? $"The source of replication group {group.Display} keeps its log for "
                    + $"{KubernetesDuration.Format(retention)} after the group is paused. If the group is not resumed "
                    + "by then, its target has to be bootstrapped again. Replacing the processes takes about "
                    + $"{KubernetesDuration.Format(_servers.Estimate(spec))}; holds, windows and the upgrade of the "
                    + "peer come on top."
                : $"How long the source of replication group {group.Display} keeps its log is unknown. Check "
                    + $"{ReplicationRetention.Kept} and {ReplicationRetention.AtMost} of its processes.";
        }

        foreach (var group in discovery.Groups.Where(g => g.IsPaused))
        {
            yield return $"Replication group {group.Name} is already "
                + $"paused{(group.Target == ReplicationTarget.There ? " at its peer" : "")}, so it is not resumed at "
                + "the end. If it is not paused on purpose, resume it before you approve this plan.";
        }
    }

    private IEnumerable<string> Holds() =>
        spec.HoldBefore
            .Where(
                name => !plan.Holds(name) && !Phases.OfRollback.Contains(name.Split('/')[0], StringComparer.Ordinal)
                    && name != "RollBack")
            .Select(
                name => $"spec.holdBefore: '{name}' is neither a phase nor a step of this plan, so it has no effect.");
}
