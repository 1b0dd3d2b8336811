using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What follows from what preflight learned of an OMS installation. Pure.</summary>
internal sealed class OmsDiscovered(OmsDiscovery discovery) : IRunDiscovery<OmsUpgradeSpec, OmsUpgradeStatus>
{
    public string TargetIdentity => Identity(discovery.Metadata.RmDatabase);

    public IReadOnlyList<string> TargetAddresses => discovery.Metadata.Addresses;

    public string TargetDescription =>
        $"OMS on {string.Join(", ", discovery.Nodes.Select(n => n.Name))} with {discovery.Metadata.Server}";

    /// <summary>
    /// A restore claims each of its databases. A restore of a database other than rm may be under way.
    /// </summary>
    public IReadOnlyList<string> MustBeFree => [.. discovery.Metadata.Databases.Select(Identity)];

    public Plan Compile(OmsUpgradeSpec spec) => new OmsUpgradePlanner(spec, discovery).Compile();

    public OmsUpgradeStatus Learn(OmsUpgradeStatus status, OmsUpgradeSpec spec, DateTimeOffset now) => status with
    {
        HighAvailability = new HighAvailabilityStatus
        {
            Method = spec.HighAvailability.Method,
            Present = discovery.HighAvailability.Present,
            EnabledBefore = discovery.HighAvailability.Enabled,
            Before = discovery.HighAvailability.Raw,
        },
        Projects = discovery.ProjectsAreKnown ? Projects(discovery.Projects, now) : null,
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

    private string Identity(string database) => Upgrades.TargetIdentity.Of(discovery.Metadata.ServerIdentity, database);

    private static ProjectsStatus Projects(IReadOnlyList<OmsProject> projects, DateTimeOffset now) => new()
    {
        RecordedAt = now,
        Migration = projects.Count(p => p.Kind == ProjectKind.Migration),
        Synchronization = projects.Count(p => p.Kind == ProjectKind.Synchronization),
        ByStatus = new SortedDictionary<string, int>(
            projects.GroupBy(p => p.Status, StringComparer.Ordinal)
                .Take(64)
                .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal), StringComparer.Ordinal),
        Items =
        [
            .. projects.Take(SchemaLimits.Projects).Select(p => new ProjectStatus
            {
                Kind = p.Kind,
                Id = SchemaLimits.Clip(p.Id, SchemaLimits.ShortName),
                Name = SchemaLimits.Clip(p.Name, SchemaLimits.Name),
                Status = SchemaLimits.Clip(p.Status, SchemaLimits.ShortName),
                Components = p.Components is { Length: > 0 } components
                    ? SchemaLimits.Clip(components, SchemaLimits.Name)
                    : null,
            }),
        ],
    };
}
