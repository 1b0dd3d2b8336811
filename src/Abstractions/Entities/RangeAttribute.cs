namespace Drydock.Abstractions.Entities;

/// <summary>Between which values, both included, a number must lie.</summary>
/// <param name="minimum">The least.</param>
/// <param name="maximum">The greatest.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeAttribute(long minimum, long maximum) : Attribute
{
    /// <summary>The least.</summary>
    public long Minimum { get; } = minimum;

    /// <summary>The greatest.</summary>
    public long Maximum { get; } = maximum;
}
