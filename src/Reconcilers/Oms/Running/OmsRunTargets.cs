using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>The targets of an OmsUpgrade as the frame sees them.</summary>
internal sealed class OmsRunTargets(OmsTargets targets, OmsServices services) : IRunTargets
{
    public void Refresh(IKubernetesObject entity) => targets.Refresh((OmsUpgrade)entity);

    public string Redact(string text) => targets.Redactor.Redact(text);

    public IStepCatalog Catalog() => new StepCatalog<IOmsTargets>(targets);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var result = await new OmsPreflight(targets, services.BackupStorage, services.Time, cancellationToken)
            .RunAsync();
        return result.Select<IRunDiscovery>(discovery => new OmsDiscovered(discovery, targets));
    }

    public Task<Plan> ReadTracesAsync(Plan plan, CancellationToken cancellationToken) =>
        new RunTraces(targets).ReadAsync(plan, cancellationToken);

    public async Task<string?> FindObstacleAsync(RunStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return await new RollbackCheck(targets).FindObstacleAsync((OmsUpgradeStatus)status, cancellationToken);
        }
        catch (Exception exception)
            when (exception is DockerException or SnapshotException or KeyNotFoundException or IOException)
        {
            // The guards and steps report a host or storage that cannot be reached. Only after a success, when nothing
            // forces the rollback now, it is reported here.
            return status.IsUpgraded() ? targets.Redactor.Redact(exception.Message) : null;
        }
    }

    public Task<IReadOnlyList<string>> RollbackNotesAsync(RunStatus status, CancellationToken cancellationToken) =>
        new RollbackNotes(targets, services.Time).CompileAsync(
            (OmsUpgradeStatus)status, services.Time.GetUtcNow(), cancellationToken);

    public Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) =>
        StorageBlocker.FindAsync(
            services.BackupStorage,
            targets.Upgrade.Spec.Backup.Storage,
            targets.Upgrade.Metadata.Namespace,
            cancellationToken);

    public void FollowEvents() => targets.FollowEvents();

    public ValueTask DisposeAsync() => targets.DisposeAsync();
}

/// <summary>What the administrator must know before a succeeded upgrade is rolled back: the age of the snapshot, which
/// projects are lost, and since when sources must hold their logs.</summary>
internal sealed class RollbackNotes(IOmsTargets targets, TimeProvider time)
{
    public async Task<IReadOnlyList<string>> CompileAsync(
        OmsUpgradeStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        if (status.SnapshotRef is { } reference
            && await targets.Kubernetes.GetAsync<BackupSnapshot>(
                reference.Name, targets.Upgrade.Metadata.Namespace, cancellationToken) is { } snapshot)
        {
            var taken = snapshot.Metadata.CreatedAt;
            var age = taken is { } at
                ? $"of {Text(at)}, "
                    + $"{KubernetesDuration.Format(TimeSpan.FromSeconds(Math.Floor((now - at).TotalSeconds)))} old"
                : "of unknown age";
            notes.Add($"BackupSnapshot {reference.Name} is {age}.");
        }

        if (OmsPlanProgress.StoppedAt(status.Plan!) is { } stopped)
        {
            notes.Add(
                $"Stores read again from {Text(stopped)}. Every source database must still hold its logs since then; "
                    + "projects on a source that does not must be created again.");
        }

        notes.Add(await new LostProjects(targets, time).DescribeAsync(status, cancellationToken));
        return notes;
    }

    private static string Text(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);
}

/// <summary>What follows from what preflight learned of an OMS installation.</summary>
internal sealed class OmsDiscovered(OmsDiscovery discovery, IOmsTargets targets)
    : IRunDiscovery<OmsUpgradeSpec, OmsUpgradeStatus>
{
    private const string ListName = "projects";

    private readonly ProjectRecord _projects = ProjectRecord.Of(discovery.Projects);

    public string TargetIdentity => Identity(discovery.Topology.RmDatabase);

    public IReadOnlyList<string> TargetAddresses => discovery.Server.Addresses;

    public string TargetDescription =>
        $"OMS on {string.Join(", ", discovery.Nodes.Select(n => n.Name))} with {discovery.Server}";

    public IReadOnlyList<string> MustBeFree => [.. discovery.Topology.Databases.Select(Identity)];

    public Plan Compile(OmsUpgradeSpec spec) => new OmsUpgradePlanner(Complete(spec), discovery).Compile();

    public OmsUpgradeStatus Learn(OmsUpgradeStatus status, OmsUpgradeSpec spec, DateTimeOffset now) => status with
    {
        HighAvailability = new HighAvailabilityStatus
        {
            Method = Complete(spec).HighAvailability.Method!.Value,
            Present = discovery.HighAvailability.Present,
            EnabledBefore = discovery.HighAvailability.Enabled,
            Before = discovery.HighAvailability.Raw,
        },
        Inventory = discovery.Inventory,
        Projects = discovery.ProjectsAreKnown ? _projects.ToStatus(now, list: null) : null,
        Nodes =
        [
            .. discovery.Nodes.Select(n =>
                new OmsNodeStatus
                {
                    Name = n.Name,
                    Container = n.OldContainer,
                    Image = n.OldImage,
                    ImageID = n.OldImageId,
                    Version = spec.FromVersion,
                }),
        ],
    };

    public async Task<RunStatus> StoreListsAsync(RunStatus status, CancellationToken cancellationToken)
    {
        if (status is not OmsUpgradeStatus { Projects: { } projects } oms || _projects.Items.Count == 0)
        {
            return status;
        }

        var list = await targets.Overflow.StoreListAsync(
            targets.Upgrade.Metadata, ListName, _projects.ToList(), cancellationToken);
        return oms with { Projects = projects with { List = list } };
    }

    private OmsUpgradeSpec Complete(OmsUpgradeSpec spec) => SpecCompletion.Complete(spec, discovery.Inventory);

    private string Identity(string database) => Upgrades.TargetIdentity.Of(discovery.Server.Identity, database);
}
