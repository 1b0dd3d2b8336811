namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What a toy reports.</summary>
public sealed record ToyRunStatus : RunStatus
{
    /// <summary>Parts that are new.</summary>
    public List<string> New { get; init => field = value ?? []; } = [];

    /// <summary>What preflight learned.</summary>
    public string? Learned { get; init; }
}
