namespace Drydock.Abstractions.Entities;

/// <summary>How many items a list, or entries a map, may have.</summary>
/// <param name="maximum">The most.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsAttribute(int maximum) : Attribute
{
    /// <summary>The most.</summary>
    public int Maximum { get; } = maximum;

    /// <summary>The least; 0 is no bound.</summary>
    public int Minimum { get; init; }
}
