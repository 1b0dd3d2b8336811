using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Adds what the reader of the plan must know before approving it.</summary>
internal sealed class OmsPlanNotes(PlanBuilder plan, OmsUpgradeSpec spec, OmsDiscovery discovery)
{
    public void Compile()
    {
        // A plan holds a bounded number of notes of bounded length.
        var notes = Always().Concat(Sometimes()).Concat(discovery.Notes).ToList();
        foreach (var note in notes.Take(notes.Count > SchemaLimits.Findings ? SchemaLimits.Findings - 1 : notes.Count))
        {
            plan.Note(SchemaLimits.Clip(note));
        }

        if (notes.Count > SchemaLimits.Findings)
        {
            plan.Note($"and {notes.Count - SchemaLimits.Findings + 1} more notes");
        }
    }

    private IEnumerable<string> Always()
    {
        yield return $"metadata database: {discovery.Metadata.Server} with {string.Join(", ", discovery.Metadata.Databases)}";
        yield return "downtime runs from the stop of the first old container (T1) to the write that enables high availability (T2); image and containers are prepared before it";
        yield return discovery.Path.NeedsInit
            ? "from the start of the first new container on, the old version can run again only on the databases restored from the snapshot"
            : "this version needs no docker_init.sh: a later build takes over the databases as they are";
    }

    private IEnumerable<string> Sometimes()
    {
        if (discovery.Path.Unlisted is { } unlisted)
        {
            yield return $"NOT LISTED BY THE VENDOR, let through by allowUnsupportedPath: {unlisted}. Whether the new version takes over this data nobody has said; the way back is the snapshot";
        }

        var mode = spec.MetadataDatabase?.Tls.Mode ?? DatabaseTlsMode.Disabled;
        if (UnverifiedServer.Warning("The metadata database", "spec.metadataDatabase.tls.mode", mode) is { } unverified)
        {
            yield return unverified;
        }

        if (spec.HighAvailability.Method == HighAvailabilityMethod.Sql)
        {
            yield return "ha.config is changed by SQL and a restart of oms_console; the vendor documents only the console's System Parameters page (highAvailability.method: Manual)";
        }

        if (!discovery.HighAvailability.Enabled && spec.HighAvailability.AfterUpgrade == HighAvailabilityAfterUpgrade.Enable)
        {
            yield return "high availability is off now and will be on at the end; afterUpgrade: AsBefore leaves it off";
            if (!discovery.HighAvailability.Present)
            {
                yield return "there is no row ha.config now: the new version brings it, or it is made; if its table has columns whose values nobody knows, setting it is left to a person and listed at the end";
            }
        }

        foreach (var name in spec.HoldBefore.Where(name => !plan.Holds(name) && !WayBack.Contains(name[..(name.IndexOf('/', StringComparison.Ordinal) is var end and >= 0 ? end : name.Length)])))
        {
            yield return $"spec.holdBefore: '{name}' is no phase and no step of this plan, so it holds nothing";
        }

        if (discovery.Regions.Count > 1)
        {
            yield return $"regions in the order of the spec: {string.Join(", ", discovery.Regions.Select(region => region.Name))}; the last one is the last one corrected";
        }

        if (!discovery.Path.NeedsProjectChecks && ProjectNames.Duplicates(discovery.Projects) is { Count: > 0 } duplicates)
        {
            yield return $"{duplicates.Count} project names are used more than once, which this way does not mind: {string.Join(", ", duplicates.Take(Named).Select(duplicate => $"'{duplicate.Name}' ({string.Join(", ", duplicate.MigrationIds.Concat(duplicate.SyncIds))})"))}{(duplicates.Count > Named ? " and others" : "")}";
        }
    }

    private const int Named = 20;

    // Compiled later, if at all.
    private static readonly string[] WayBack =
    [
        OmsUpgradePhases.Undo, OmsUpgradePhases.DisableNewHA, OmsUpgradePhases.StopNew, OmsUpgradePhases.BackupNew, OmsUpgradePhases.RestoreDatabases,
        OmsUpgradePhases.StartOld, OmsUpgradePhases.RestoreHA, OmsUpgradePhases.Report, OmsUpgradePhases.Cleanup,
    ];
}
