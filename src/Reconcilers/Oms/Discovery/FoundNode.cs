using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>A node of the installation as the search found it.</summary>
/// <param name="Node">The node as the spec has it, or with a name made from its address.</param>
/// <param name="FoundIn">Where its address was found.</param>
internal sealed record FoundNode(OmsNode Node, string FoundIn)
{
    /// <summary>A node whose address the spec gives alone.</summary>
    public const string InHostIP = "spec.hostIP";

    /// <summary>A node that the spec names.</summary>
    public const string InRegions = "spec.regions";

    /// <summary>The region under which the spec names it; null if the spec does not name it.</summary>
    public string? Region { get; init; }

    /// <summary>The node whose cm_nodes named it; null if its address was found elsewhere.</summary>
    public FoundNode? NamedBy { get; init; }

    /// <summary>The container that runs now; null if it is not known.</summary>
    public ContainerInspectResponse? Container { get; init; }

    /// <summary>Its config.yaml; null if it could not be read.</summary>
    public OmsConfig? Config { get; init; }

    /// <summary>What was wrong when it was looked at.</summary>
    public IReadOnlyList<Finding> Problems { get; init; } = [];

    /// <summary>The address in its usual form.</summary>
    public string Address => NodeAddress.Normalize(Node.HostIP);

    /// <summary>Whether the spec names it.</summary>
    public bool IsWritten => Region is not null;
}
