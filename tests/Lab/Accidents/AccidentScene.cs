namespace Drydock.Lab.Accidents;

/// <summary>The place of an accident: a stage with fault proxies and one upgrade on it.</summary>
/// <param name="Space">Namespace of the upgrade.</param>
/// <param name="Upgrade">Name of the upgrade.</param>
/// <param name="Node">Index of the affected host on the road.</param>
public sealed record AccidentScene(UpgradeStage Stage, string Space, string Upgrade, int Node = 0) : OperatorScene
{
    /// <inheritdoc />
    public override OperatorStage Operator => Stage.Operator;

    /// <inheritdoc />
    public override KubeFaultProxy Kubernetes => Faults.Kubernetes;

    /// <summary>The fault proxies.</summary>
    public StageFaults Faults =>
        Stage.Faults ?? throw new InvalidOperationException("The stage has no fault proxies (StageOptions.Faults).");

    /// <summary>The affected host.</summary>
    public DockerHost Host => Stage.Hosts[Node];

    /// <summary>The proxy in front of the host.</summary>
    public DockerFaultProxy HostProxy => Faults.Docker[Node];

    /// <summary>The host's mounts and region.</summary>
    public OmsNode OmsNode => Stage.Oms.Nodes[Node];

    /// <summary>Values that a strike saved for its repair.</summary>
    internal ConcurrentDictionary<string, string> Kept { get; } = new(StringComparer.Ordinal);
}
