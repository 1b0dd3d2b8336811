namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What is asked of a toy.</summary>
public sealed record ToyRunSpec : RunSpec
{
    /// <summary>The parts that are swapped, one after the other.</summary>
    public List<string> Parts { get; init; } = ["one", "two"];

    /// <summary>Through which door the steps look. May change while the run goes on.</summary>
    public string Door { get; init; } = "front";

    /// <inheritdoc/>
    public override string PreflightLimit() => "1m";
}
