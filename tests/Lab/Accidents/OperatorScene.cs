namespace Drydock.Lab.Accidents;

/// <summary>
/// The parts of a scene that every kind of upgrade has: operators, and the API server behind a fault proxy.
/// </summary>
public abstract record OperatorScene
{
    public abstract OperatorStage Operator { get; }

    /// <summary>Namespace of the upgrade.</summary>
    public abstract string Space { get; init; }

    /// <summary>Between the operators and the API server.</summary>
    public abstract KubeFaultProxy Kubernetes { get; }
}
