namespace Drydock.Reconcilers.Oms;

/// <summary>Adds what the reader of the plan must know before approving it.</summary>
internal sealed class OmsPlanNotes(PlanBuilder plan, OmsUpgradeSpec spec, OmsDiscovery discovery)
{
    private const int Named = 5;

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
            $"The name or image of {Sentences.List(names, Named)} looks like one of OBD. After the upgrade OBD still "
                + "records the old containers, and `obd cluster start` would start them beside the new ones. "
                + "Take the new containers over in OBD before you use it for this OMS again.")
        : null;

    public void Compile()
    {
        // A plan holds a bounded number of notes of bounded length.
        var notes = Always()
            .Concat(ContainerNotes.Of(discovery.Nodes))
            .Concat(Sometimes().OfType<string>())
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

    private IEnumerable<string> Always() =>
    [
        $"The metadata database is {discovery.Server} with {string.Join(", ", discovery.Topology.Databases)}.",
        "OMS is down from StopOld (T1) to EnableHA (T2). Images and containers are prepared before.",
        Path.Target.Init switch
        {
            InitKind.None => "This version needs no docker_init.sh: a later build uses the databases as they are.",
            _ => "After the first new container was started, the old version can run again only on the databases "
                + "restored from the snapshot.",
        },
        "`docker container prune` and `docker system prune` remove containers that do not run. A new one that has "
            + "never started is created again; a rollback needs the old ones: "
            + $"{Sentences.List([.. discovery.Nodes.Select(n => $"{n.OldContainer} on {n.Name}")], Named)}. Stop such "
            + "jobs on the hosts until you no longer want a rollback.",
        .. discovery.Nodes.Where(node => node.Compose is not null)
            .GroupBy(node => node.Compose!, node => $"{node.OldContainer} on {node.Name}", StringComparer.Ordinal)
            .Select(made => $"docker compose made {Sentences.List([.. made], Named)} ({made.Key}). From T1 on "
                + "`docker compose up` would start the old version on upgraded data, also weeks later: put the new "
                + "image into that file, or remove the service. The new containers have no labels of docker compose, "
                + "so it would not replace them but start another OMS beside them."),
    ];

    private IEnumerable<string?> Sometimes() =>
    [
        Obd(discovery)?.Message,
        spec.Correction.Archive is not null && !Path.NeedsCorrectionJar
            ? "spec.correction.archive is not used, because this upgrade path has no correction JAR."
            : null,
        spec.InitMetadata.SuccessMarker is not { } marker ? null
            : Path.Target.Init == InitKind.None
                ? $"spec.initMetadata.successMarker '{marker}' has no effect, because this version needs no "
                    + "docker_init.sh."
                : $"The initialisation counts as successful by '{marker}' (spec.initMetadata.successMarker), in place "
                    + $"of '{Path.Target.SuccessMarker}'.",
        Path.NeedsInit && KubernetesDuration.Parse(Path.Target.WaitBeforeInit) is { Ticks: > 0 } wait
            ? $"docker_init.sh starts {KubernetesDuration.Format(wait)} after the start of the new container at the "
                + "earliest, as the vendor's guide for this version asks. This is part of the downtime."
            : null,
        spec.Backup.Verify == Crds.Common.SnapshotVerification.Schema
        && discovery.NoSchemaTest(spec.Backup) is { } without
            ? "The backup is verified: ReadBack. Before the downtime it is not tested whether the server takes its "
                + $"definitions. {without}"
            : null,
        UnverifiedServer.Warning("The metadata database", "spec.metadataDatabase.tls.mode", spec.MetadataDatabase?.Tls),
        .. HighAvailability(),
        .. Holds(),
        .. Commands(),
        Regions.Count > 1
            ? "The regions are upgraded in the order of the spec: "
                + $"{string.Join(", ", Regions.Select(region => region.Name))}. The correction runs in the last one "
                + "last."
            : null,
        SharedNames(),
    ];

    private UpgradePath.Allowed Path => discovery.Path;
    private IReadOnlyList<OmsTopologyRegion> Regions => discovery.Topology.Regions;

    private string? SharedNames()
    {
        if (Path.NeedsProjectChecks || ProjectNames.Duplicates(discovery.Projects) is not { Count: > 0 } duplicates)
        {
            return null;
        }

        var named = duplicates.Take(Named).Select(
            d => $"'{d.Name}' ({string.Join(", ", d.MigrationIds.Concat(d.SyncIds))})");
        return $"{Sentences.Count(duplicates.Count, "project name is", "project names are")} used twice, which this "
            + "upgrade path permits: "
            + $"{string.Join(", ", named)}{(duplicates.Count > Named ? " and others" : "")}.";
    }

    private IEnumerable<string?> HighAvailability()
    {
        var (wanted, before) = (spec.HighAvailability, discovery.HighAvailability);
        var comes = !before.Enabled && wanted.AfterUpgrade == HighAvailabilityAfterUpgrade.Enable;
        string?[] after = Path.Target.HaConfig
            ?
            [
                wanted.Method == HighAvailabilityMethod.Sql
                    ? "ha.config is changed by SQL and a restart of oms_console. The vendor documents only the System "
                        + "Parameters page of the console (highAvailability.method: Manual)."
                    : null,
                comes
                    ? "High availability is off now and will be on at the end. afterUpgrade: AsBefore leaves it off."
                    : null,
                comes && !before.Present
                    ? "There is no row ha.config now. The new version creates it, or the operator does. If its table "
                        + "has columns whose values cannot be derived, you have to set ha.config, and "
                        + "status.actionRequired says so at the end."
                    : null,
            ]
            :
            [
                $"OMS {Path.To} has no high availability (ha.config), so none is enabled, and the downtime ends with "
                    + "the verification. Stores and writers have to be started in the console.",
            ];
        return after.Append(
            before is not { Enabled: false, Present: true } ? null
            : wanted.AfterRollback == HighAvailabilityAfterRollback.Enable
                ? "High availability is off now. A rollback after T1 enables it "
                    + "(highAvailability.afterRollback: Enable)."
                : "High availability is off now, and stays off after a rollback. The vendor's guide enables it then: "
                    + "highAvailability.afterRollback: Enable. You can set it until the rollback begins.");
    }

    // Where the commands that run once run on more nodes than a reader of the guides may expect.
    private IEnumerable<string?> Commands() =>
    [
        Path.NeedsCorrectionJar
        && JarLocation.RunsOnEveryNode(spec.Correction.RunOn, Regions.Count)
        && Regions.Any(r => r.Nodes.Count > 1)
            ? "The correction JAR runs on every node, one after the other: for one region the vendor's procedure "
                + "prints a run on each node, and for several regions on the first node of each. "
                + "spec.correction.runOn changes it."
            : null,
        .. Regions.Where(r => Path.NeedsInit && !r.SameConfiguration).Select(region =>
            $"docker_init.sh runs on every node of region {region.Name}, one after the other, because the config.yaml "
                + $"of its nodes differs in {string.Join(", ", region.DifferentKeys)}. Each run is part of the "
                + "downtime."),
    ];

    private IEnumerable<string> Holds() => spec.Holds
        .Where(name => !plan.Holds(name) && !LaterPhases.Contains(name.Split('/')[0]))
        .Select(name => OmsPlanProgress.HoldIn(plan.Holds, name) is var place && place != name
            ? $"spec.holdBefore: this plan has no phase {name}, so it is held before {place}."
            : $"spec.holdBefore: '{name}' is neither a phase nor a step of this plan, so it holds nothing.");
}
