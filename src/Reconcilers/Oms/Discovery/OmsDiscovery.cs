namespace Drydock.Reconcilers.Oms;

/// <summary>What preflight learned of an installation: everything the planner needs, and no secrets.</summary>
internal sealed record OmsDiscovery : IRunDiscovery<OmsUpgradeSpec, OmsUpgradeStatus>
{
    private const string ListName = "projects";

    /// <summary>Where the list of projects is stored; null where it is not.</summary>
    public OmsTargets? Targets { get; init; }

    public required UpgradePath.Allowed Path { get; init; }

    public OmsInventory? Inventory { get; init; }

    public required IReadOnlyList<DiscoveredNode> Nodes { get; init; }
    public required OmsTopology Topology { get; init; }
    public required ServerFacts Server { get; init; }

    /// <summary>Why definitions cannot be loaded into a scratch database, as sentences; null if they can be.</summary>
    public string? NoSchemaTest(BackupSpec backup)
    {
        var missing = Server.Grants.Missing([RestoreTestRequest.ScratchDatabases], Server.Account)
            .Where(m => m.Required || Server.Kind != MySqlServerKind.OceanBase)
            .ToList();
        return missing.Count > 0 ? string.Join(" ", MissingPrivilege.Describe(missing, Server.Account))
            : backup is { Encryption.Recipients.Count: > 0, AgeIdentitySecretRef: null }
                ? "The dump is encrypted, and spec.backup.ageIdentitySecretRef is not set."
            : null;
    }

    /// <summary>ha.config before the upgrade. It holds no secret.</summary>
    public required HaConfigRow HighAvailability { get; init; }

    public required IReadOnlyList<OmsProject> Projects { get; init; }

    /// <summary>Projects that get another name before the downtime, because they share theirs.</summary>
    public IReadOnlyList<ProjectRename> Renames { get; init; } = [];

    /// <summary>Earlier plans of this object that are over, as the nodes know them.</summary>
    public IReadOnlyList<FormerPlan> Ended { get; init; } = [];

    public IReadOnlyList<HostBaseline> Hosts { get; init; } = [];

    /// <summary>Whether the projects were listed; if not, an empty list means nothing.</summary>
    public bool ProjectsAreKnown { get; init; } = true;

    public IReadOnlyList<string> Notes { get; init; } = [];

    private ProjectRecord Record => field ??= ProjectRecord.Of(Projects);

    public string TargetIdentity => Identity(Topology.RmDatabase);

    public IReadOnlyList<string> TargetAddresses => Server.Addresses;

    public string TargetDescription =>
        $"OMS on {string.Join(", ", Nodes.Select(n => n.Name))} with {Server}";

    public IReadOnlyList<string> MustBeFree => [.. Topology.Databases.Select(Identity)];

    public Plan Compile(OmsUpgradeSpec spec) => new OmsUpgradePlanner(Complete(spec), this).Compile();

    public OmsUpgradeStatus Learn(OmsUpgradeStatus status, OmsUpgradeSpec spec, DateTimeOffset now) => status with
    {
        HighAvailability = new HighAvailabilityStatus
        {
            Method = Complete(spec).HighAvailability.Method!.Value,
            Present = HighAvailability.Present,
            EnabledBefore = HighAvailability.Enabled,
            Before = HighAvailability.Raw,
        },
        Inventory = Inventory,
        FormerPlans =
        [
            .. status.FormerPlans
                .Concat(Ended.Where(plan => plan.Id != status.Plan?.Id))
                .DistinctBy(p => p.Id, StringComparer.Ordinal)
                .OrderBy(p => p.Number)
                .TakeLast(SchemaLimits.History),
        ],
        Projects = ProjectsAreKnown ? Record.ToStatus(now, list: null) : null,
        Nodes =
        [
            .. Nodes.Select(n =>
                new OmsNodeStatus
                {
                    Name = n.Name,
                    Container = n.OldContainer,
                    Image = n.OldImage,
                    ImageID = n.OldImageId,
                    Version = OmsSpecCompletion.FromOf(spec, Inventory),
                }),
        ],
    };

    public async Task<RunStatus> StoreListsAsync(RunStatus status, CancellationToken cancellationToken)
    {
        if (status is not OmsUpgradeStatus { Projects: { } projects } oms || Record.Items.Count == 0)
        {
            return status;
        }

        var list = await Targets!.Overflow.StoreListAsync(
            Targets.Upgrade.Metadata, ListName, Record.ToList(), cancellationToken);
        return oms with { Projects = projects with { List = list } };
    }

    private OmsUpgradeSpec Complete(OmsUpgradeSpec spec) => OmsSpecCompletion.Complete(spec, Inventory);

    private string Identity(string database) => ClaimTarget.IdentityOf(Server.Identity, database);
}

/// <summary>One host: its current container, and what the new one will be made of.</summary>
internal sealed record DiscoveredNode
{
    public required string Name { get; init; }

    /// <summary>OMS_HOST_IP and entry in cm_nodes.</summary>
    public required string HostIP { get; init; }

    public required string OldContainerId { get; init; }
    public required string OldContainer { get; init; }
    public required string OldImage { get; init; }
    public required string OldImageId { get; init; }
    public required string NewContainer { get; init; }
    public required string Image { get; init; }
    public required FoundImage Source { get; init; }
    public FoundArchive? Jar { get; init; }

    /// <summary>Id of the container of the new one's name that an earlier attempt of this upgrade left, stopped; null
    /// if there is none.</summary>
    public string? LeftoverContainerId { get; init; }

    /// <summary>Others that may write to its data, acknowledged (<see cref="OmsContainers.KeyOf"/>).</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];

    /// <summary>By what docker compose made the old container; null if it did not.</summary>
    public string? Compose { get; init; }

    public required string Inherited { get; init; }
    public string ContainerNote { get; init; } = "";
    public required string RestartPolicy { get; init; }
    public int RestartMaximumRetries { get; init; }

    /// <summary>Of config.yaml, by key; see <see cref="OmsConfig.PlannedValues"/>.</summary>
    public SortedDictionary<string, string> Configuration { get; init; } = [];

    /// <summary>nginx_server_port of config.yaml.</summary>
    public required int ConsolePort { get; init; }

    /// <summary>Whether the console serves HTTPS only, because a certificate is mounted.</summary>
    public bool Https { get; init; }

    public bool OldHttps { get; init; }
    public required NodeBaseline Baseline { get; init; }
}
