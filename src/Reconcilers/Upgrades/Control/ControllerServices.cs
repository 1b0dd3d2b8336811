namespace Drydock.Reconcilers.Upgrades;

/// <summary>The dependencies of every controller.</summary>
internal record ControllerServices
{
    public required IKubernetesClient Kubernetes { get; init; }

    public required TargetClaims Claims { get; init; }

    public required IActFence Fence { get; init; }

    public required IEventRecorder Events { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Makes the random id of a plan; from any thread.</summary>
    public Func<string> NewPlanId { get; init; } = PlanNumbers.NewId;
}
