namespace Drydock.Abstractions.Entities;

/// <summary>
/// The regular expression (RE2) that a string, each string of a list, or each value of a map must match.
/// </summary>
/// <param name="regex">The expression, anchored.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute(string regex) : Attribute
{
    /// <summary>The expression.</summary>
    public string Regex { get; } = regex;
}
