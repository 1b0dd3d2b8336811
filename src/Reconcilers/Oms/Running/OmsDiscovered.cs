namespace Drydock.Reconcilers.Oms;

/// <summary>What follows from what preflight learned of an OMS installation.</summary>
/// <param name="discovery">What it learned.</param>
/// <param name="targets">For the list of the projects.</param>
internal sealed class OmsDiscovered(OmsDiscovery discovery, IOmsTargets targets)
    : IRunDiscovery<OmsUpgradeSpec, OmsUpgradeStatus>
{
    private const string ListName = "projects";

    private readonly ProjectRecord _projects = ProjectRecord.Of(discovery.Projects);

    public string TargetIdentity => Identity(discovery.Metadata.RmDatabase);

    public IReadOnlyList<string> TargetAddresses => discovery.Metadata.Addresses;

    public string TargetDescription =>
        $"OMS on {string.Join(", ", discovery.Nodes.Select(n => n.Name))} with {discovery.Metadata.Server}";

    public IReadOnlyList<string> MustBeFree => [.. discovery.Metadata.Databases.Select(Identity)];

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

    public async Task<OmsUpgradeStatus> StoreListsAsync(
        OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        if (status.Projects is null || _projects.Items.Count == 0)
        {
            return status;
        }

        var list = await targets.Overflow.StoreListAsync(
            targets.Upgrade.Metadata, ListName, _projects.ToList(), cancellationToken);
        return status with { Projects = status.Projects with { List = list } };
    }

    private OmsUpgradeSpec Complete(OmsUpgradeSpec spec) => SpecCompletion.Complete(spec, discovery.Inventory);

    private string Identity(string database) => Upgrades.TargetIdentity.Of(discovery.Metadata.ServerIdentity, database);
}
