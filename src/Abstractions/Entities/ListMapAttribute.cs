namespace Drydock.Abstractions.Entities;

/// <summary>
/// A list of objects that server-side apply merges by key (<c>x-kubernetes-list-type: map</c>); keys are unique and
/// required.
/// </summary>
/// <param name="keys">The key properties as in JSON.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapAttribute(params string[] keys) : Attribute
{
    /// <summary>The key properties as in JSON.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}
