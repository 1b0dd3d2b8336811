namespace Drydock.Abstractions.Entities;

/// <summary>How many characters a string, each string of a list, or each value of a map may have.</summary>
/// <param name="maximum">The most.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthAttribute(int maximum) : Attribute
{
    /// <summary>The most.</summary>
    public int Maximum { get; } = maximum;

    /// <summary>The least; 0 is no bound.</summary>
    public int Minimum { get; init; }
}
