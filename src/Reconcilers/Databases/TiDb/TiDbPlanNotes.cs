namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Adds the notes that the reader of the plan needs before approving it.</summary>
internal sealed class TiDbPlanNotes(PlanBuilder plan, DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    // More names would not help the reader: there may be hundreds of instances.
    private const int NamedInstances = 8;

    private static readonly (int Major, int Minor, int Patch, int Stage) LastOfUtf8 = (2, 1, 0, int.MaxValue);

    private TiDbSpec Tidb => spec.Tidb ?? new TiDbSpec();

    public void Compile()
    {
        List<string> notes =
        [
            .. PointsOfNoReturn(), .. Work(), .. Leadership(), .. Configuration(), .. Choices(),
            .. discovery.Notes, .. Holds(),
        ];
        foreach (var note in notes.Take(notes.Count > SchemaLimits.Findings ? SchemaLimits.Findings - 1 : notes.Count))
        {
            plan.Note(SchemaLimits.Clip(note));
        }

        if (notes.Count > SchemaLimits.Findings)
        {
            plan.Note($"And {notes.Count - SchemaLimits.Findings + 1} more notes.");
        }
    }

    private IEnumerable<string> PointsOfNoReturn()
    {
        foreach (var component in TiDbComponents.All)
        {
            var instances = component.Batches(spec, discovery).SelectMany(b => b).ToList();
            if (component.PastNote is { } note && instances.Count > 0)
            {
                var first = component.PointOfNoReturn == PointOfNoReturn.First;
                yield return note(component.IdOf(first ? instances[0] : instances[^1], SwapInstance.VerbName), spec);
            }
        }

        yield return Tidb.Backup is { } backup
            ? $"Data can only be restored from the backup: {string.Join(", ", backup.Databases)}."
            : "NO BACKUP is taken: you acknowledged NoBackup. Make sure that another backup exists: data can be "
                + "restored from nothing else.";
    }

    private IEnumerable<string> Work()
    {
        yield return $"Estimate: {KubernetesDuration.Format(TiDbProcedure.Estimate(spec))} (10 minutes, and 5 minutes "
            + "for each TiKV). The actual time is in status.elapsed.";
        yield return "Run no DDL until the end of Verify: DDL that appears stops the upgrade until it has ended.";
        if (TiDbVersion.Parse(spec.FromVersion)?.CompareTo(LastOfUtf8) <= 0)
        {
            yield return "Tables of 2.1.0 and earlier have charset utf8, later ones utf8mb4. After the upgrade, "
                + "`ALTER TABLE ... MODIFY` of such a column may fail with \"unsupported modify column charset\". List "
                + "them: `SELECT table_schema, table_name FROM information_schema.tables WHERE table_collation LIKE "
                + "'utf8\\_%'`; see the vendor's upgrade FAQ.";
        }

        yield return "While the PD leader moves, requests that need a timestamp wait for up to 3 seconds. Clients of a "
            + "TiDB server that restarts have to reconnect.";
        if (StoreBatches.Of(spec, discovery).Note is { } zones)
        {
            yield return zones;
        }

        var servers = Math.Min(Tidb.MaxUnavailableServers, spec.Of(DatabaseComponent.TiDB).Count() - 1);
        if (servers > 1)
        {
            yield return $"After the first TiDB server, {servers} are stopped side by side "
                + "(spec.tidb.maxUnavailableServers). The others must be able to serve all clients meanwhile.";
        }
    }

    private IEnumerable<string> Leadership()
    {
        var members = spec.Of(DatabaseComponent.PD).ToList();
        if (members.Count >= PdLeadership.FewestToMove)
        {
            yield return "A PD member that leads when its turn comes transfers leadership to "
                + $"{members[^1].Name}, which is upgraded last.";
        }
    }

    private IEnumerable<string> Configuration()
    {
        // A change that many instances share is one note.
        var changes = discovery.Instances
            .SelectMany(
                i => i.Changes.Select(c => (i.Name, Text: c.ToString())).Concat(
                    i.Remarks.Select(r => (i.Name, Text: r))))
            .GroupBy(c => c.Text, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            var names = change.Select(c => c.Name).ToList();
            var more = names.Count > NamedInstances ? $" and {names.Count - NamedInstances} more" : "";
            yield return $"Configuration of {string.Join(", ", names.Take(NamedInstances))}{more}: {change.Key}";
        }

        if (!discovery.Instances.Any(i => i.Changes.Count > 0))
        {
            yield return Tidb.Configuration.Migrate
                ? "No configuration file is changed: each has the settings that the new version needs."
                : "No configuration file is changed: spec.tidb.configuration.migrate is false.";
        }
    }

    private IEnumerable<string> Choices()
    {
        if (Tidb.CredentialsSecretRef is not null
            && UnverifiedServer.Warning("TiDB", "spec.tidb.sqlTls.mode", Tidb.SqlTls) is { } unverified)
        {
            yield return unverified;
        }

        if (spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed)
        {
            yield return $"A TiKV that no leader has left for {spec.Drain.StalledFor}"
                + (spec.Drain.Timeout is { } limit ? $", or that still has leaders after {limit}," : "")
                + " is stopped anyway (drain.onTimeout: Proceed): requests to those Regions fail until they have new "
                + "leaders.";
        }

        if (Tidb.MergeScheduleLimit == 0)
        {
            yield return "merge-schedule-limit is set to 0 and not raised by the operator: no Region is merged until "
                + "you raise it.";
        }

        yield return "While TiKVs are upgraded, PD neither merges nor balances Regions (merge-, region- and "
            + "hot-region-schedule-limit 0)"
            + (TiDbVersion.MixesEpochs(spec.FromVersion) ? "" : "; it still repairs Regions of a store that dies")
            + ". The limits are restored after the last TiKV, and whenever the upgrade stops.";
        if (TiDbVersion.MixesEpochs(spec.FromVersion))
        {
            yield return $"{HoldScheduling.Issue}: while TiKVs of {spec.FromVersion} and {spec.ToVersion} run "
                + "together, a change of replicas after a split can make a Region unreadable. The first TiKV "
                + $"therefore waits until PD has no such operator left, and {ScheduleHold.RepairLimit} is 0 until the "
                + "last one: Regions of a store that dies are repaired only once the upgrade has stopped. The issue "
                + "names no release with a fix, so choose the latest 3.0.";
        }

        if (Tidb.TuneScheduling.Enabled)
        {
            yield return "After Verify, the limits are raised in steps while the number of Regions is stable. That may "
                + "take days and never fails the upgrade. To end it, set spec.timeouts.tuneScheduling to a short time: "
                + "the limits then keep their values.";
        }
    }

    private IEnumerable<string> Holds() => spec.Holds
        .Where(name => !plan.Holds(name))
        .Select(name => $"spec.holdBefore: '{name}' is not a phase or step of this plan, so it has no effect.");
}
