using System.Collections.Concurrent;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>Where an accident happens: a stage with fault proxies and one upgrade on it.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Space">Namespace of the upgrade.</param>
/// <param name="Upgrade">Its name.</param>
/// <param name="Node">The host it happens to, by its place on the road.</param>
public sealed record AccidentScene(UpgradeStage Stage, string Space, string Upgrade, int Node = 0) : OperatorScene
{
    /// <inheritdoc />
    public override OperatorStage Operator => Stage.Operator;

    /// <inheritdoc />
    public override KubeFaultProxy Kubernetes => Faults.Kubernetes;

    /// <summary>The fault proxies.</summary>
    public StageFaults Faults =>
        Stage.Faults ?? throw new InvalidOperationException("the stage has no fault proxies (StageOptions.Faults)");

    /// <summary>The host.</summary>
    public DockerHost Host => Stage.Hosts[Node];

    /// <summary>The proxy before the host.</summary>
    public DockerFaultProxy HostProxy => Faults.Docker[Node];

    /// <summary>The host's mounts and region.</summary>
    public OmsNode OmsNode => Stage.Oms.Nodes[Node];

    /// <summary>What a strike found and the mending puts back.</summary>
    internal ConcurrentDictionary<string, string> Kept { get; } = new(StringComparer.Ordinal);
}
