using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>What a scene has whatever is upgraded on it: operators, and the API server behind a fault proxy.</summary>
public abstract record OperatorScene
{
    /// <summary>Operators and the API server.</summary>
    public abstract OperatorStage Operator { get; }

    /// <summary>Between the operators and the API server.</summary>
    public abstract KubeFaultProxy Kubernetes { get; }
}
