namespace Drydock.Reconcilers.Oms;

/// <summary>Adds what the reader of the plan must know before approving it.</summary>
internal sealed class OmsPlanNotes(PlanBuilder plan, OmsUpgradeSpec spec, OmsDiscovery discovery)
{
    private const int Named = 20;

    // Phases of plans that are compiled later, if at all.
    private static readonly string[] LaterPhases =
    [
        OmsUpgradePhases.Undo, OmsUpgradePhases.DisableNewHA, OmsUpgradePhases.StopNew, OmsUpgradePhases.BackupNew,
        OmsUpgradePhases.RestoreDatabases, OmsUpgradePhases.StartOld, OmsUpgradePhases.RestoreHA,
        OmsUpgradePhases.Report, OmsUpgradePhases.Cleanup,
    ];

    /// <summary>What to know if the vendor's deployer manages this OMS; null if nothing looks so.</summary>
    public static VersionAdvice? Obd(OmsDiscovery discovery) => discovery.Nodes
        .Where(node => OmsContainers.MayBeOfObd(node.OldContainer, node.OldImage))
        .Select(node => $"{node.OldContainer} on {node.Name}")
        .ToList() is { Count: > 0 } names
        ? new VersionAdvice(
            "obd",
            $"The name or image of {Sentences.List(names, Named)} looks as if OBD had deployed this OMS. If it has, "
                + "its record still names the old containers after the upgrade, and `obd cluster start` would "
                + "start them beside the new ones. Do not use OBD for this OMS before you have taken the new "
                + "containers over in OBD.")
        : null;

    public void Compile()
    {
        // A plan holds a bounded number of notes of bounded length.
        var notes = Always()
            .Concat(ContainerNotes.Of(discovery.Nodes))
            .Concat(Sometimes())
            .Concat(discovery.Notes)
            .ToList();
        foreach (var note in notes.Take(notes.Count > SchemaLimits.Findings ? SchemaLimits.Findings - 1 : notes.Count))
        {
            plan.Note(SchemaLimits.Clip(note));
        }

        if (notes.Count > SchemaLimits.Findings)
        {
            plan.Note($"There are {notes.Count - SchemaLimits.Findings + 1} more notes.");
        }
    }

    private IEnumerable<string> Always()
    {
        yield return $"The metadata database is {discovery.Server} with "
            + $"{string.Join(", ", discovery.Topology.Databases)}.";
        yield return "The downtime lasts from the stop of the first old container (T1) to the write that enables high "
            + "availability (T2). Images and containers are prepared before it.";
        yield return discovery.Path.Target.Init switch
        {
            InitKind.None => "This version needs no docker_init.sh: a later build uses the databases as they are.",
            _ => "After the first new container was started, the old version can run again only on the databases "
                + "restored from the snapshot.",
        };
    }

    private IEnumerable<string> Sometimes()
    {
        if (discovery.Path.Unlisted is { } unlisted)
        {
            yield return $"NOT LISTED BY THE VENDOR, permitted by allowUnsupportedPath: {unlisted}. "
                + "It is unknown whether the new version can use this data; a rollback restores the snapshot.";
        }

        if (Obd(discovery) is { } obd)
        {
            yield return obd.Message;
        }

        if (spec.Correction.Archive is not null && !discovery.Path.NeedsCorrectionJar)
        {
            yield return "spec.correction.archive is not used, because this upgrade path has no correction JAR.";
        }

        if (spec.InitMetadata.SuccessMarker is { } marker)
        {
            yield return discovery.Path.Target.Init == InitKind.None
                ? $"spec.initMetadata.successMarker '{marker}' has no effect, because this version needs no "
                    + "docker_init.sh."
                : $"The initialisation counts as successful by '{marker}' (spec.initMetadata.successMarker), in place "
                    + $"of '{discovery.Path.Target.SuccessMarker}'.";
        }

        if (KubernetesDuration.Parse(discovery.Path.Target.WaitBeforeInit) is { Ticks: > 0 } wait
            && discovery.Path.NeedsInit)
        {
            yield return $"docker_init.sh starts {KubernetesDuration.Format(wait)} after the start of the new "
                + "container at the earliest, as the vendor's guide for this version asks. This is part of the "
                + "downtime.";
        }

        if (UnverifiedServer.Warning(
            "The metadata database", "spec.metadataDatabase.tls.mode", spec.MetadataDatabase?.Tls) is { } unverified)
        {
            yield return unverified;
        }

        foreach (var note in HighAvailability().Concat(AfterRollback()).Concat(Holds()))
        {
            yield return note;
        }

        foreach (var note in Commands())
        {
            yield return note;
        }

        if (discovery.Topology.Regions.Count > 1)
        {
            yield return "The regions are upgraded in the order of the spec: "
                + $"{string.Join(", ", discovery.Topology.Regions.Select(region => region.Name))}. "
                + "The correction runs in the last one last.";
        }

        if (!discovery.Path.NeedsProjectChecks
            && ProjectNames.Duplicates(discovery.Projects) is { Count: > 0 } duplicates)
        {
            var named = duplicates.Take(Named).Select(
                d => $"'{d.Name}' ({string.Join(", ", d.MigrationIds.Concat(d.SyncIds))})");
            yield return $"{duplicates.Count} project names are used more than once, which this upgrade path permits: "
                + $"{string.Join(", ", named)}{(duplicates.Count > Named ? " and others" : "")}.";
        }
    }

    private IEnumerable<string> HighAvailability()
    {
        if (!discovery.Path.Target.HaConfig)
        {
            yield return $"OMS {discovery.Path.To} has no high availability (ha.config), so none is enabled, and the "
                + "downtime ends with the verification. Stores and writers have to be started in the console.";
            yield break;
        }

        if (spec.HighAvailability.Method == HighAvailabilityMethod.Sql)
        {
            yield return "ha.config is changed by SQL and a restart of oms_console. The vendor documents only the "
                + "System Parameters page of the console (highAvailability.method: Manual).";
        }

        if (discovery.HighAvailability.Enabled
            || spec.HighAvailability.AfterUpgrade != HighAvailabilityAfterUpgrade.Enable)
        {
            yield break;
        }

        yield return "High availability is off now and will be on at the end. afterUpgrade: AsBefore leaves it off.";
        if (!discovery.HighAvailability.Present)
        {
            yield return "There is no row ha.config now. The new version creates it, or the operator does. "
                + "If its table "
                + "has columns whose values cannot be derived, you have to set ha.config, and status.actionRequired "
                + "says so at the end.";
        }
    }

    // Where the commands that run once run on more nodes than a reader of the guides may expect.
    private IEnumerable<string> Commands()
    {
        var everyNode = spec.Correction.RunOn == CorrectionScope.EveryNode
            || (spec.Correction.RunOn == CorrectionScope.Auto && discovery.Topology.Regions.Count == 1);
        if (discovery.Path.NeedsCorrectionJar && everyNode && discovery.Topology.Regions.Any(r => r.Nodes.Count > 1))
        {
            yield return "The correction JAR runs on every node, one after the other: for one region the vendor's "
                + "procedure prints a run on each node, and for several regions on the first node of each. "
                + "spec.correction.runOn changes it.";
        }

        foreach (var region in discovery.Topology.Regions.Where(r => discovery.Path.NeedsInit && !r.SameConfiguration))
        {
            yield return $"docker_init.sh runs on every node of region {region.Name}, one after the other, because the "
                + $"config.yaml of its nodes differs in {string.Join(", ", region.DifferentKeys)}. Each run is part of "
                + "the downtime.";
        }
    }

    private IEnumerable<string> AfterRollback()
    {
        if (discovery.HighAvailability is { Enabled: false, Present: true })
        {
            yield return spec.HighAvailability.AfterRollback == HighAvailabilityAfterRollback.Enable
                ? "High availability is off now. A rollback after T1 enables it "
                    + "(highAvailability.afterRollback: Enable)."
                : "High availability is off now, and stays off after a rollback. The vendor's guide enables it then: "
                    + "highAvailability.afterRollback: Enable. You can set it until the rollback begins.";
        }
    }

    private IEnumerable<string> Holds() => spec.HoldBefore
        .Where(name => !plan.Holds(name) && !LaterPhases.Contains(name.Split('/')[0]))
        .Select(name => OmsPlanProgress.HoldIn(plan.Holds, name) is var place && place != name
            ? $"spec.holdBefore: this plan has no phase {name}, so it is held before {place}."
            : $"spec.holdBefore: '{name}' is neither a phase nor a step of this plan, so it holds nothing.");
}
