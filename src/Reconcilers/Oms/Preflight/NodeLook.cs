using Drydock.Clients.Docker;
using Drydock.Reconcilers.Upgrades;
using CrdNode = Drydock.Crds.OmsUpgrades.OmsNode;

namespace Drydock.Reconcilers.Oms;

/// <summary>What was seen on one node; parts are null where they could not be seen, which is a finding then.</summary>
/// <param name="Spec">The node in the spec.</param>
/// <param name="Region">Name of its region in the spec.</param>
internal sealed record NodeLook(CrdNode Spec, string Region)
{
    /// <summary>The current container.</summary>
    public ContainerInspectResponse? Current { get; init; }

    /// <summary>Names of the environment variables it sets beyond its image.</summary>
    public IReadOnlyList<string> EnvironmentNames { get; init; } = [];

    /// <summary>Its config.yaml.</summary>
    public OmsConfig? Config { get; init; }

    /// <summary>The host's clock minus the operator's.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>The container's time zone.</summary>
    public TimeSpan? UtcOffset { get; init; }

    /// <summary>
    /// Free bytes where the host's dockerd keeps images, as the container's root file system shows it.
    /// </summary>
    public long? FreeBytes { get; init; }

    /// <summary>The container of the new one's name that an earlier attempt of this upgrade left.</summary>
    public string? LeftoverContainerId { get; init; }

    /// <summary>The new image, as far as known.</summary>
    public ImageLook? Image { get; init; }
}
