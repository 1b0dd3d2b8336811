namespace Drydock.Lab.Databases.Scenarios;

/// <summary>How a <see cref="DatabaseStage"/> is set.</summary>
public sealed record DatabaseStageOptions
{
    /// <summary>The root of the checkout: config/ is applied from there.</summary>
    public required string Checkout { get; init; }

    /// <summary>Path of Drydock.Operator.dll.</summary>
    public required string OperatorAssembly { get; init; }

    /// <summary>Whether there is a fault proxy between the operator and the API server.</summary>
    public bool Faults { get; init; }

    /// <summary>Whether the CRDs are served by the modern CRD server instead of the 1.20 one.</summary>
    public bool ModernCrds { get; init; }
}
