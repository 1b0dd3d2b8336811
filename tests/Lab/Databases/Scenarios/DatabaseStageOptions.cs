namespace Drydock.Lab.Databases.Scenarios;

/// <summary>Settings of a <see cref="DatabaseStage"/>.</summary>
public sealed record DatabaseStageOptions
{
    /// <summary>The root of the checkout, whose config/ is applied.</summary>
    public required string Checkout { get; init; }

    /// <summary>Path of Drydock.Operator.dll.</summary>
    public required string OperatorAssembly { get; init; }

    /// <summary>Whether there is a fault proxy between the operator and the API server.</summary>
    public bool Faults { get; init; }

    /// <summary>Whether the modern CRD server serves the CRDs instead of the 1.20 one.</summary>
    public bool ModernCrds { get; init; }
}
