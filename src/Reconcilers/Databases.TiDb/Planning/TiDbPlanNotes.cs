using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Adds what the reader of the plan must know before approving it.</summary>
internal sealed class TiDbPlanNotes(PlanBuilder plan, DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    // A few words for each file; beyond that the same again for hundreds of instances helps nobody.
    private const int NamedInstances = 8;

    private TiDbSpec Tidb => spec.Tidb ?? new TiDbSpec();

    public void Compile()
    {
        var notes = NoWayBack().Concat(Work()).Concat(Configuration()).Concat(Choices()).Concat(discovery.Notes).Concat(Holds()).ToList();
        foreach (var note in notes.Take(notes.Count > SchemaLimits.Findings ? SchemaLimits.Findings - 1 : notes.Count))
        {
            plan.Note(SchemaLimits.Clip(note));
        }

        if (notes.Count > SchemaLimits.Findings)
        {
            plan.Note($"and {notes.Count - SchemaLimits.Findings + 1} more notes");
        }
    }

    private IEnumerable<string> NoWayBack()
    {
        if (spec.Of(DatabaseComponent.PD).FirstOrDefault() is { } pd)
        {
            yield return $"NO WAY BACK from {TiDbStepIds.Swap(pd)} on: the vendor promises no rollback once the first PD is upgraded. Hold before it with holdBefore: [{DatabaseRollingUpgradePhases.UpgradePD}]";
        }

        if (spec.Of(DatabaseComponent.TiKV).LastOrDefault() is { } tikv)
        {
            yield return $"technical point: with {TiDbStepIds.Swap(tikv)}, the last TiKV, the cluster raises its version to {spec.ToVersion} and takes no older TiKV any more. Hold before it by its id";
        }

        if (spec.Of(DatabaseComponent.TiDB).FirstOrDefault() is { } tidb)
        {
            yield return $"technical point: {TiDbStepIds.Swap(tidb)} starts the first new TiDB, which upgrades the system tables. Hold before it by its id";
        }

        yield return Tidb.Backup.Waived
            ? "NO BACKUP is taken: spec.tidb.backup.waived is true. Make sure there is one from elsewhere: nothing else brings the data back"
            : $"the backup is the only thing that brings the data back: {string.Join(", ", Tidb.Backup.Databases)}";
    }

    private IEnumerable<string> Work()
    {
        yield return $"estimate: {KubernetesDuration.Format(TiDbEstimate.Of(spec))} (10 minutes and 5 minutes for each TiKV); the real time is in status.elapsed";
        yield return "no DDL from now to the end of Verify: one that appears stops the upgrade until it is over";
        yield return "while the PD leader moves, requests that need a timestamp wait for up to 3 seconds; clients of a TiDB that is restarted reconnect";
        if (!spec.AllowUnavailability)
        {
            yield break;
        }

        var voters = spec.Of(DatabaseComponent.PD).Count();
        if (voters < 3)
        {
            yield return $"EXPECTED OUTAGE, accepted by allowUnavailability: with {voters} PD the whole cluster stands still while one is restarted, {voters} times";
        }

        if (discovery.MaxReplicas < 3)
        {
            yield return $"EXPECTED OUTAGE, accepted by allowUnavailability: with max-replicas {discovery.MaxReplicas} part of the data cannot be read while a TiKV is restarted, {spec.Of(DatabaseComponent.TiKV).Count()} times";
        }

        if (spec.Of(DatabaseComponent.Pump).Count() == 1)
        {
            yield return "EXPECTED OUTAGE, accepted by allowUnavailability: with one pump, writes fail while it is restarted";
        }
    }

    private IEnumerable<string> Configuration()
    {
        // What is the same for many is said once.
        var changes = discovery.Instances
            .SelectMany(i => i.Changes.Select(c => (i.Name, Text: c.ToString())).Concat(i.Remarks.Select(r => (i.Name, Text: r))))
            .GroupBy(c => c.Text, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            var names = change.Select(c => c.Name).ToList();
            yield return $"configuration of {string.Join(", ", names.Take(NamedInstances))}{(names.Count > NamedInstances ? $" and {names.Count - NamedInstances} more" : "")}: {change.Key}";
        }

        if (!discovery.Instances.Any(i => i.Changes.Count > 0))
        {
            yield return Tidb.Configuration.Migrate ? "no configuration file is changed: each has what the new version needs" : "no configuration file is changed: spec.tidb.configuration.migrate is false";
        }
    }

    private IEnumerable<string> Choices()
    {
        if (Tidb.CredentialsSecretRef is not null
            && UnverifiedServer.Warning("TiDB", "spec.tidb.sqlTls.mode", Tidb.SqlTls.Mode) is { } unverified)
        {
            yield return unverified;
        }

        if (spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed)
        {
            yield return $"a TiKV that keeps leaders after {spec.Drain.Timeout} is stopped all the same (drain.onTimeout: Proceed): requests to those Regions fail until they have new leaders";
        }

        if (Tidb.MergeScheduleLimit == 0)
        {
            yield return "merge-schedule-limit becomes 0: no Region is merged until it is raised";
        }

        if (Tidb.TuneScheduling.Enabled)
        {
            yield return "after Verified the limits are raised in steps while Regions keep still; that may take days and never fails the upgrade. To end it set spec.timeouts.tuneScheduling to a short time: the limits stay where they are then";
        }
    }

    private IEnumerable<string> Holds() => spec.HoldBefore
        .Where(name => !plan.Holds(name))
        .Select(name => $"spec.holdBefore: '{name}' is no phase and no step of this plan, so it holds nothing");
}
